package markdown

import (
	"strings"
	"unicode/utf8"
)

// Table is a table whose columns line up in a terminal too. Cells are written as they
// are: text from outside has to go through [Quote] first.
type Table struct {
	columns []Column
	rows    [][]string
}

// Column is one column's heading and alignment.
type Column struct {
	Title string
	Right bool // aligned at the right, as numbers are
}

// NewTable returns a table without rows.
func NewTable(columns ...Column) *Table { return &Table{columns: columns} }

// Row adds a row. Missing cells are empty.
func (t *Table) Row(cells ...string) { t.rows = append(t.rows, cells) }

// String writes the table, which ends in a newline.
func (t *Table) String() string {
	widths := make([]int, len(t.columns))
	for i, column := range t.columns {
		widths[i] = max(utf8.RuneCountInString(column.Title), 3)
		for _, row := range t.rows {
			if i < len(row) {
				widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
			}
		}
	}
	var b strings.Builder
	line := func(cell func(int) string) {
		for i := range t.columns {
			b.WriteString("| " + cell(i) + " ")
		}
		b.WriteString("|\n")
	}
	line(func(i int) string { return t.pad(i, t.columns[i].Title, widths[i]) })
	line(func(i int) string {
		if t.columns[i].Right {
			return strings.Repeat("-", widths[i]-1) + ":"
		}
		return strings.Repeat("-", widths[i])
	})
	for _, row := range t.rows {
		line(func(i int) string {
			if i >= len(row) {
				return t.pad(i, "", widths[i])
			}
			return t.pad(i, row[i], widths[i])
		})
	}
	return b.String()
}

func (t *Table) pad(i int, cell string, width int) string {
	gap := strings.Repeat(" ", max(width-utf8.RuneCountInString(cell), 0))
	if t.columns[i].Right {
		return gap + cell
	}
	return cell + gap
}
