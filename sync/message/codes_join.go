package message

// Several messages as one.
const (
	JoinClauses   Code = "join.clauses"
	JoinSentences Code = "join.sentences"
)

// Other is what another program or the system says, in its own words.
const Other Code = "other"

// What stands alone or in quotes, and what stands before a colon.
const (
	PlainTitle Code = "plain.title"
	PlainWord  Code = "plain.word"
	Headed     Code = "headed"
	FieldSays  Code = "field-says"
)
