package message

// Several messages as one.
const (
	JoinClauses   Code = "join.clauses"
	JoinSentences Code = "join.sentences"
)
