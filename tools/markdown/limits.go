package markdown

// MaxWord bounds a status, which is a free word of LangSmith's.
const MaxWord = 40

// MaxName bounds a name in a result, in characters.
const MaxName = 200
