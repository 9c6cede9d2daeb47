package samples

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// placeholders replaces the placeholders of one conversation, always by the same values.
type placeholders struct{ *strings.Replacer }

func products() []string {
	return []string{
		"rain jacket", "hiking boots", "tent", "sleeping bag", "backpack", "trekking poles",
		"wool sweater", "headlamp", "camping stove", "running shoes", "down vest", "water filter",
		"bike helmet", "thermal leggings", "climbing rope", "travel bag",
	}
}

func topics() []string {
	return []string{
		"heat pumps", "electric cargo bikes", "oat milk", "warehouse robots", "online tutoring",
		"refurbished phones", "home batteries", "meal kits", "eye tracking", "plant-based leather",
	}
}

func newPlaceholders(rng *rand.Rand) placeholders {
	return placeholders{strings.NewReplacer(
		"{order}", fmt.Sprintf("#%d", 40000+rng.IntN(20000)),
		"{amount}", fmt.Sprintf("€%d.%02d", 15+rng.IntN(180), []int{0, 50, 90, 95}[rng.IntN(4)]),
		"{product}", pick(rng, products()),
		"{days}", fmt.Sprint(2+rng.IntN(13)),
		"{code}", pick(rng, []string{"SPRING15", "HIKE20", "WELCOME10", "TRAIL25"}),
		"{topic}", pick(rng, topics()),
	)}
}

func pick(rng *rand.Rand, from []string) string { return from[rng.IntN(len(from))] }

// addGreeting adds a random greeting and closing.
func addGreeting(rng *rand.Rand, text string) string {
	before := pick(rng, []string{"", "", "", "Hi, ", "Hello, ", "Good morning. ", "Hello again. "})
	after := pick(rng, []string{"", "", "", " Thanks.", " Please help.", " What now?", " This is not my first message about it."})
	if strings.HasSuffix(before, ", ") && !strings.HasPrefix(text, "I ") {
		text = strings.ToLower(text[:1]) + text[1:]
	}
	return before + text + after
}
