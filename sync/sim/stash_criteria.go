package sim

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

func testInt(c any, have int) (bool, error) {
	m := asMap(c)
	v, _ := asInt(m["value"])
	v2, _ := asInt(m["value2"])
	switch modifier := asText(m["modifier"]); modifier {
	case "EQUALS":
		return have == v, nil
	case "NOT_EQUALS":
		return have != v, nil
	case "GREATER_THAN":
		return have > v, nil
	case "LESS_THAN":
		return have < v, nil
	case "BETWEEN":
		return have >= v && have <= v2, nil
	case "NOT_BETWEEN":
		return have < v || have > v2, nil
	case "IS_NULL":
		return have == 0, nil
	case "NOT_NULL":
		return have != 0, nil
	}
	return false, internalError("unsupported int modifier type")
}

// testText: EQUALS is LIKE, so it ignores the case of ASCII letters and takes % and _ as wildcards.
func testText(c any, have string) (bool, error) {
	m := asMap(c)
	if m == nil {
		return true, nil
	}
	v := asText(m["value"])
	switch asText(m["modifier"]) {
	case "EQUALS":
		return like(fold(v), fold(have)), nil
	case "NOT_EQUALS":
		return !like(fold(v), fold(have)), nil
	case "INCLUDES":
		return strings.Contains(fold(have), fold(v)), nil
	case "EXCLUDES":
		return !strings.Contains(fold(have), fold(v)), nil
	case "IS_NULL":
		return have == "", nil
	case "NOT_NULL":
		return have != "", nil
	case "GREATER_THAN":
		return have > v, nil
	case "LESS_THAN":
		return have < v, nil
	case "MATCHES_REGEX", "NOT_MATCHES_REGEX":
		re, err := regexp.Compile(v)
		if err != nil {
			return false, err
		}
		return re.MatchString(have) == (asText(m["modifier"]) == "MATCHES_REGEX"), nil
	}
	return false, internalError("unsupported string modifier type")
}

// like matches SQL's LIKE: % stands for any text, _ for one character.
func like(pattern, text string) bool {
	for pattern != "" {
		p, size := utf8.DecodeRuneInString(pattern)
		if p == '%' {
			for i := range text {
				if like(pattern[size:], text[i:]) {
					return true
				}
			}
			return like(pattern[size:], "")
		}
		t, width := utf8.DecodeRuneInString(text)
		if text == "" || (p != '_' && p != t) {
			return false
		}
		pattern, text = pattern[size:], text[width:]
	}
	return text == ""
}

// testStamp compares texts, as SQLite does with the stored stamp in the server's local offset.
func testStamp(c any, at time.Time) (bool, error) {
	m := asMap(c)
	if m == nil {
		return true, nil
	}
	have, v := at.Format(time.RFC3339), asText(m["value"])
	switch asText(m["modifier"]) {
	case "EQUALS":
		return have == v, nil
	case "NOT_EQUALS":
		return have != v, nil
	case "GREATER_THAN":
		return have > v, nil
	case "LESS_THAN":
		return have < v, nil
	case "BETWEEN", "NOT_BETWEEN":
		v2 := asText(m["value2"])
		if v2 == "" {
			v2 = time.Now().AddDate(0, 0, 1).Format(time.RFC3339)
		}
		return (have >= v && have <= v2) == (asText(m["modifier"]) == "BETWEEN"), nil
	case "IS_NULL":
		return false, nil
	case "NOT_NULL":
		return true, nil
	}
	return false, internalError("unsupported date modifier type")
}

// compareStamps orders stamps as text.
func compareStamps(a, b time.Time) int {
	if a.Location() == b.Location() && a.Location() == time.UTC {
		return a.Compare(b)
	}
	return strings.Compare(a.Format(time.RFC3339), b.Format(time.RFC3339))
}

func testIDs(c any, have []int) (bool, error) {
	m := asMap(c)
	want := asInts(m["value"])
	has := func(id int) bool { return slices.Contains(have, id) }
	if slices.ContainsFunc(asInts(m["excludes"]), has) {
		return false, nil
	}
	switch asText(m["modifier"]) {
	case "INCLUDES":
		return len(want) == 0 || slices.ContainsFunc(want, has), nil
	case "INCLUDES_ALL":
		return !slices.ContainsFunc(want, func(id int) bool { return !has(id) }), nil
	case "EXCLUDES":
		return !slices.ContainsFunc(want, has), nil
	case "EQUALS":
		return len(want) == len(have) && !slices.ContainsFunc(want, func(id int) bool { return !has(id) }), nil
	case "IS_NULL":
		return len(have) == 0, nil
	case "NOT_NULL":
		return len(have) > 0, nil
	}
	return false, internalError("unsupported multi modifier type")
}
