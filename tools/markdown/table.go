package markdown

import "strings"

// Table is a Markdown table without padding, which would cost tokens. Cells are written
// unchanged: text of users and models must be quoted with [Quote] first.
type Table struct {
	columns []Column
	rows    [][]string
}

// Column is the heading and the alignment of a column.
type Column struct {
	Title string
	Right bool // right-aligned, for numbers
}

// NewTable returns a table without rows.
func NewTable(columns ...Column) *Table { return &Table{columns: columns} }

// Row adds a row. Missing cells are empty.
func (t *Table) Row(cells ...string) { t.rows = append(t.rows, cells) }

// String returns the table in Markdown, with a newline at the end.
func (t *Table) String() string {
	var b strings.Builder
	for _, column := range t.columns {
		b.WriteString("|" + column.Title)
	}
	b.WriteString("|\n")
	for _, column := range t.columns {
		if column.Right {
			b.WriteString("|--:")
		} else {
			b.WriteString("|---")
		}
	}
	b.WriteString("|\n")
	for _, row := range t.rows {
		for i := range t.columns {
			b.WriteString("|")
			if i < len(row) {
				b.WriteString(row[i])
			}
		}
		b.WriteString("|\n")
	}
	return b.String()
}
