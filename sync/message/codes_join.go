package message

// Several messages as one.
const (
	JoinClauses   Code = "join.clauses"
	JoinSentences Code = "join.sentences"
)

// Other is what another program or the system says, in its own words.
const Other Code = "other"
