package compare_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/compare"
	"langsmith-insights-mcp/tools/report"
)

// tree returns a report of lines such as "Billing/Refunds 12: what it is about", with a
// slash before a subcategory.
func tree(lines ...string) *report.Tree {
	clusters := make([]langsmith.Cluster, len(lines))
	for i, line := range lines {
		var runs int
		head, description, _ := strings.Cut(line, ": ")
		at := strings.LastIndex(head, " ")
		fmt.Sscan(head[at+1:], &runs)
		path := head[:at]
		clusters[i] = langsmith.Cluster{ID: id(path), Name: path[strings.LastIndex(path, "/")+1:], Description: description, NumRuns: runs}
		if last := strings.LastIndex(path, "/"); last > 0 {
			clusters[i].ParentID = id(path[:last])
		}
	}
	return report.Build(clusters)
}

func id(path string) uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceOID, []byte(path)) }

func label(node *report.Node) string {
	switch {
	case node == nil:
		return "-"
	case node.Parent != nil:
		return node.Parent.Name + "/" + node.Name
	}
	return node.Name
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		name          string
		now, baseline []string
		want          []string // now = baseline, in the order of the reports
	}{
		{"by name, without case and blanks", []string{"Billing issues 5", "Login 3"}, []string{"login 4", "Billing  Issues 9"},
			[]string{"Billing issues = Billing  Issues 1.00", "Login = login 1.00"}},
		{"by stems", []string{"Refunds delayed 5"}, []string{"Delayed refund 4"}, []string{"Refunds delayed = Delayed refund 1.00"}},
		{"by half of the words", []string{"Refund status inquiries 5"}, []string{"Refund status 4", "Shipping 2"},
			[]string{"Refund status inquiries = Refund status 0.80", "- = Shipping"}},
		{"nothing in common", []string{"Password reset 5"}, []string{"Late parcels 4"}, []string{"Password reset = -", "- = Late parcels"}},
		{"the best pair first", []string{"Refund delays 5", "Refund delays after return 5"}, []string{"Refund delay after a return 4"},
			[]string{"Refund delays = -", "Refund delays after return = Refund delay after a return 1.00"}},
		{"equal names below their own parents", []string{"Billing 9", "Delivery 9", "Billing/Other 4", "Delivery/Other 2"},
			[]string{"Delivery 9", "Billing 9", "Delivery/Other 4", "Billing/Other 2"},
			[]string{"Billing = Billing 1.00", "Delivery = Delivery 1.00", "Billing/Other = Billing/Other 1.00", "Delivery/Other = Delivery/Other 1.00"}},
		{"a name that moved to another parent", []string{"Billing 9", "Billing/Invoices 4"}, []string{"Finance 9", "Finance/Invoices 4"},
			[]string{"Billing = -", "Billing/Invoices = Finance/Invoices 1.00", "- = Finance"}},
		{"descriptions decide", []string{"Access problems 5: users cannot log in after a password reset"},
			[]string{"Delivery problems 4: parcels arrive late", "Login problems 3: users cannot log in after resetting their password"},
			[]string{"Access problems = Login problems", "- = Delivery problems"}},
		{"words that every category has tell little", []string{"Customer asks about refund 5", "Customer asks about sizes 4"},
			[]string{"Customer asks about delivery 5", "Customer asks about login 4"},
			[]string{"Customer asks about refund = -", "Customer asks about sizes = -", "- = Customer asks about delivery", "- = Customer asks about login"}},
		{"writing without blanks", []string{"返金の遅延 5"}, []string{"返金遅延 3", "配送 2"}, []string{"返金の遅延 = 返金遅延", "- = 配送"}},
		{"no names", []string{" 5"}, []string{" 4"}, []string{" = -", "- = "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			pairs := compare.Match(tree(c.now...), tree(c.baseline...))
			if len(pairs) != len(c.want) {
				t.Errorf("%d pairs, want %d", len(pairs), len(c.want))
			}
			for i, pair := range pairs {
				got := label(pair.Now) + " = " + label(pair.Baseline)
				if strings.HasSuffix(c.want[min(i, len(c.want)-1)], "0") {
					got += fmt.Sprintf(" %.2f", pair.Similarity)
				}
				if i >= len(c.want) || got != c.want[i] {
					t.Errorf("got %s (similarity %.2f)", got, pair.Similarity)
				}
			}
			if t.Failed() {
				t.Logf("want %s", strings.Join(c.want, "; "))
			}
		})
	}
}

func TestReports(t *testing.T) {
	now := tree("a 400", "b 150", "c 61", "d 6", "e 183", "new 200")
	baseline := tree("a 200", "b 110", "c 60", "d 1", "e 429", "old 200")
	baseline.Nodes[2].Stats = langsmith.Stats{"error_rate": 0.1}
	now.Nodes[2].Stats = langsmith.Stats{"error_rate": 0.6}
	want := []string{
		"3 e 0.183 0.429", "2 a 0.400 0.200", "0 new 0.200 0.000", "1 old 0.000 0.200", "2 b 0.150 0.110", "4 c 0.061 0.060", "4 d 0.006 0.001",
	}
	changes, oneSided := compare.Reports(now, baseline)
	if got := describe(changes); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(oneSided) > 0 {
		t.Errorf("oneSided is %v of reports without subcategories", oneSided)
	}
}

func describe(changes []compare.Change) []string {
	var lines []string
	for _, change := range changes {
		node := change.Now
		if node == nil {
			node = change.Baseline
		}
		lines = append(lines, fmt.Sprintf("%d %s %.3f %.3f", change.Kind, label(node), change.Share, change.BaselineShare))
	}
	return lines
}

// TestChance compares what counts as a change with values of a chi-squared test with
// Yates' correction at 5 %: what that does not reject is unchanged.
func TestChance(t *testing.T) {
	for _, c := range []struct {
		name          string
		now, baseline int // of the category, of so many traces
		nowOf, of     int
		kind          compare.Kind
	}{
		{"12 to 15 % of 150", 24, 18, 161, 146, compare.Unchanged}, // p = 0.62
		{"36 to 24 % of 150", 38, 52, 161, 146, compare.Shrank},    // p = 0.029
		{"11 to 22 % of 150", 35, 16, 161, 146, compare.Grew},      // p = 0.017
		{"11 to 22 % of 50", 11, 5, 50, 46, compare.Unchanged},     // p = 0.23
		{"50 to 54 % of 1,000", 540, 500, 1000, 1000, compare.Unchanged},
		{"50 to 55 % of 1,000", 550, 500, 1000, 1000, compare.Grew},
		{"1 to 6 of 1,000", 6, 1, 1000, 1000, compare.Unchanged},
		{"1 of 1 to 1 of 2", 1, 1, 2, 1, compare.Unchanged},
		{"all of 1,000", 1000, 1000, 1000, 1000, compare.Unchanged},
		{"none of either", 0, 0, 10, 10, compare.Unchanged},
	} {
		now, baseline := fmt.Sprintf("a %d", c.now), fmt.Sprintf("a %d", c.baseline)
		changes, _ := compare.Reports(tree(now, fmt.Sprintf("others %d", c.nowOf-c.now)), tree(baseline, fmt.Sprintf("others %d", c.of-c.baseline)))
		i := slices.IndexFunc(changes, func(change compare.Change) bool { return change.Now.Name == "a" })
		if changes[i].Kind != c.kind {
			t.Errorf("%s is kind %d, want %d", c.name, changes[i].Kind, c.kind)
		}
	}
}

// TestOneSided has subcategories on one side only: they have not appeared or vanished if
// the other report does not divide their category.
func TestOneSided(t *testing.T) {
	whole, divided := []string{"Billing 50", "Login 50"}, []string{"Billing 50", "Billing/Refunds 30", "Billing/Invoices 20", "Login 50"}
	for _, c := range []struct {
		name          string
		now, baseline []string
		changes       []string // but for those that did not change
		oneSided      string
	}{
		{"divided now", divided, whole, nil, "Billing of the job: 2"},
		{"divided before", whole, divided, nil, "Billing of the baseline: 2"},
		{"two levels below", []string{"Billing 50", "Billing/Refunds 30", "Billing/Refunds/Late 20", "Login 50"}, whole, nil, "Billing of the job: 2"},
		{"divided otherwise", []string{"Billing 50", "Billing/Vouchers 50", "Login 50"}, divided,
			[]string{"0 Billing/Vouchers 0.500 0.000", "1 Billing/Refunds 0.000 0.300", "1 Billing/Invoices 0.000 0.200"}, ""},
		{"the whole has vanished", []string{"Login 50"}, divided,
			[]string{"2 Login 1.000 0.500", "1 Billing 0.000 0.500", "1 Billing/Refunds 0.000 0.300", "1 Billing/Invoices 0.000 0.200"}, ""},
		{"a subcategory that moved to the top", []string{"Billing 20", "Refunds 30", "Login 50"}, divided,
			[]string{"3 Billing 0.200 0.500"}, "Billing of the baseline: 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			changes, oneSided := compare.Reports(tree(c.now...), tree(c.baseline...))
			moved := slices.DeleteFunc(changes, func(change compare.Change) bool { return change.Kind == compare.Unchanged })
			if got := describe(moved); !slices.Equal(got, c.changes) {
				t.Errorf("moved:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.changes, "\n"))
			}
			var got []string
			for _, u := range oneSided {
				side := map[bool]string{false: "the job", true: "the baseline"}[u.InBaseline]
				got = append(got, fmt.Sprintf("%s of %s: %d", label(u.Parent), side, len(u.Subcategories)))
			}
			if strings.Join(got, ", ") != c.oneSided {
				t.Errorf("oneSided: %q, want %q", got, c.oneSided)
			}
		})
	}
}

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"The Refunds were never arriving": "refund never arriv",
		"user_score, e-mail & AI":         "user score e mail ai",
		"how to":                          "how to", // nothing else to go by
		"返金":                              "返金",
		"返金が遅い":                           "返金 金が が遅 遅い",
		"Größe falsch":                    "größe falsch",
		"":                                "",
	} {
		if got := strings.Join(compare.Words(text), " "); got != want {
			t.Errorf("%q is about %q, want %q", text, got, want)
		}
	}
}

func BenchmarkReports(b *testing.B) {
	verbs := strings.Fields("refund cancel return track change verify update reset dispute upgrade")
	things := strings.Fields("order parcel invoice password address subscription voucher account payment size")
	for _, size := range []int{400, 2000} {
		lines := func(salt int) *report.Tree {
			all := make([]string, size)
			for i := range all {
				all[i] = fmt.Sprintf("%s the %s of group %d %d: %s", verbs[(i+salt)%10], things[i/10%10], i/7, 10+i%5, strings.Repeat("customers ask about it ", 20))
			}
			return tree(all...)
		}
		now, baseline := lines(0), lines(1)
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				compare.Reports(now, baseline)
			}
		})
	}
}
