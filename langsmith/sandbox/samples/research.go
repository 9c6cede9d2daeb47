package samples

// researchScenarios returns the scenarios of the research agent.
func researchScenarios() []scenario {
	return []scenario{
		{
			titles: []string{"Market size cannot be sourced", "Market size estimate", "Market size with growth rate"},
			asks: []string{
				"How large is the market for {topic} in Europe, and how fast does it grow?",
				"Give me the market size of {topic} with two independent sources.",
				"Estimate the market size and growth rate for {topic} over the last five years.",
			},
			answers: []string{
				"Two sources put the market for {topic} at between 3.1 and 3.8 billion euros, growing by 7 percent a year.",
			},
			area: "market-data", tool: "web.search", failure: "ToolError: web.search: paywalled source, no text extracted", failRate: 0.3,
			satisfied: 0.6, latency: 38, weeks: [2]int{9, 9},
		},
		{
			titles: []string{"Competitor prices compared", "Price comparison of competitors", "Pricing pages compared"},
			asks: []string{
				"Compare the prices of the five largest competitors in {topic}.",
				"What do competitors charge for {topic}, per seat and per month?",
				"Make a table of the competitors' pricing pages for {topic}.",
			},
			answers: []string{
				"The table lists five competitors in {topic}; prices per month run from 9 to 49 euros.",
			},
			area: "market-data", tool: "web.fetch", failure: "ToolError: web.fetch: blocked by robots.txt", failRate: 0.4,
			satisfied: 0.5, latency: 52, weeks: [2]int{7, 13},
		},
		{
			titles: []string{"Regulation summarized", "Summary of a new regulation", "What a regulation changes"},
			asks: []string{
				"Summarize what the new regulation changes for makers of {topic}.",
				"Which duties does the regulation on {topic} bring, and from when?",
				"Explain the regulation for {topic} in one page, with references to the articles.",
			},
			answers: []string{
				"The regulation brings three duties for {topic}; the first applies in eighteen months.",
			},
			area: "regulation", tool: "legal.search", failure: "ToolError: legal.search: index out of date", failRate: 0.1,
			satisfied: 0.8, latency: 31, weeks: [2]int{8, 7},
		},
		{
			titles: []string{"Answer without sources", "Sources missing in the answer", "Citation does not support the claim"},
			asks: []string{
				"Your last answer on {topic} has no sources. Add the sources for each claim.",
				"The citation you gave for {topic} does not support the claim. Check the sources again.",
				"Which source says that? I cannot find the claim about {topic} in it.",
			},
			answers: []string{
				"Each claim on {topic} now has a source; I dropped the one that none supports.",
			},
			area: "sources", tool: "citations.verify", failure: "ToolError: citations.verify: source no longer online", failRate: 0.45,
			satisfied: 0.2, latency: 44, weeks: [2]int{5, 11},
		},
		{
			titles: []string{"Company background check", "Background of a supplier", "Ownership of a company"},
			asks: []string{
				"Who owns the largest supplier of {topic}, and since when?",
				"Run a background check on the main supplier of {topic}: owners, lawsuits, accounts.",
				"Is the supplier for {topic} part of a larger group of companies?",
			},
			answers: []string{
				"The supplier belongs to a group since four years; its accounts show a small loss.",
			},
			area: "companies", tool: "registry.company", failure: "ToolError: registry.company: quota exceeded", failRate: 0.15,
			satisfied: -1, latency: 27, weeks: [2]int{7, 4},
		},
	}
}
