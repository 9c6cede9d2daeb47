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

// tree makes a report of lines such as "Billing/Refunds 12: what it is about",
// a category below another after a slash.
func tree(lines ...string) *report.Tree {
	clusters := make([]langsmith.Cluster, len(lines))
	for i, line := range lines {
		var runs int
		head, description, _ := strings.Cut(line, ": ")
		at := strings.LastIndex(head, " ")
		fmt.Sscan(head[at+1:], &runs)
		path := head[:at]
		clusters[i] = langsmith.Cluster{ID: id(path), Name: path[strings.LastIndex(path, "/")+1:], Description: description, NumRuns: runs}
		if parent, _, nested := strings.Cut(path, "/"); nested {
			clusters[i].ParentID = id(parent)
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
	now := tree("a 400", "b 110", "c 61", "d 6", "e 223", "new 200")
	baseline := tree("a 200", "b 130", "c 60", "d 1", "e 409", "old 200")
	baseline.Nodes[2].Stats = langsmith.Stats{"error_rate": 0.1}
	now.Nodes[2].Stats = langsmith.Stats{"error_rate": 0.6}
	want := []string{
		"2 a 0.400 0.200", "0 new 0.200 0.000", "1 old 0.000 0.200", "3 e 0.223 0.409", "3 b 0.110 0.130", "2 d 0.006 0.001", "4 c 0.061 0.060",
	}
	var got []string
	for _, change := range compare.Reports(now, baseline) {
		node := change.Now
		if node == nil {
			node = change.Baseline
		}
		got = append(got, fmt.Sprintf("%d %s %.3f %.3f", change.Kind, node.Name, change.Share, change.BaselineShare))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
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
