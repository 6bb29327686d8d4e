package message

// What nobody classified.
const (
	Stopped      Code = "stopped"
	Unclassified Code = "unclassified"
	SeeTheLog    Code = "see-the-log"
)
