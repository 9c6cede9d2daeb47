package wording

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Round4 rounds a non-negative price to four decimals.
func Round4(value float64) float64 {
	return float64(int64(value*10000+0.5)) / 10000
}

// Significant rounds to three significant digits, which is enough for a rate, a time or a
// price, and shorter than all digits of a float64. It keeps all digits before the point.
func Significant(value float64) float64 {
	if value == 0 {
		return 0
	}
	scale := math.Pow(10, max(2-math.Floor(math.Log10(math.Abs(value))), 0))
	if rounded := math.Round(value*scale) / scale; !math.IsInf(rounded, 0) && !math.IsNaN(rounded) {
		return rounded
	}
	return value
}

// Thousands formats a count with commas between groups of three digits.
func Thousands(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Count formats a number of things. many is the plural if it is not formed with s.
func Count(n int, one string, many ...string) string {
	if n == 1 {
		return "1 " + one
	}
	if len(many) == 0 {
		return Thousands(n) + " " + one + "s"
	}
	return Thousands(n) + " " + many[0]
}

// Categories formats a number of categories.
func Categories(n int) string { return Count(n, "category", "categories") }

// Percent formats a share from 0 to 1 as a percentage, with a decimal if it is below 10 % or
// above 99 %.
func Percent(share float64) string {
	value := share * 100
	switch {
	case value > 0 && value < 0.1:
		return "<0.1 %"
	case value > 99.9 && value < 100:
		return ">99.9 %"
	case math.Abs(value) < 9.95 || value > 99 && value < 100:
		return Decimals(value, 1) + " %"
	}
	return fmt.Sprintf("%.0f %%", value)
}

// Seconds formats a number of seconds as minutes, seconds or milliseconds.
func Seconds(value float64) string {
	switch {
	case math.Abs(value) >= 120:
		return Decimals(value/60, 1) + " min"
	case math.Abs(value) >= 0.1 || value == 0:
		return Decimals(value, 1) + " s"
	}
	return Decimals(value*1000, 1) + " ms"
}

// USD formats a price in dollars, with at least two significant digits.
func USD(value float64) string {
	decimals := 2
	for rest := math.Abs(value); rest > 0 && rest < 0.1 && decimals < 8; rest *= 10 {
		decimals++
	}
	return "$" + strconv.FormatFloat(value, 'f', decimals, 64)
}

// Decimals formats a number with a number of decimals, or without decimals if all are zero.
func Decimals(value float64, decimals int) string {
	return strings.TrimSuffix(strconv.FormatFloat(value, 'f', decimals, 64), "."+strings.Repeat("0", decimals))
}

// Rate rounds a share or a rate from 0 to 1 to a tenth of a percent, which is what texts
// show; smaller ones as [Significant] does.
func Rate(value float64) float64 {
	if value < 0.001 {
		return Significant(value)
	}
	return math.Round(value*1000) / 1000
}
