package markdown

import "strings"

// Table is a table without padding, whose spaces would be paid for as tokens. Cells are
// written as they are: text from outside has to go through [Quote] first.
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
