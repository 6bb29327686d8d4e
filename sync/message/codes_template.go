package message

// What is wrong with the source of a field.
const (
	TemplateUnknown       Code = "template.unknown"
	TemplateDidYouMean    Code = "template.did-you-mean"
	TemplateUnclosed      Code = "template.unclosed"
	TemplateClosesNothing Code = "template.closes-nothing"
	TemplateNested        Code = "template.nested"
	TemplateGroupPlain    Code = "template.group-plain"
	TemplateNeedsText     Code = "template.needs-text"
	TemplateTakesNoText   Code = "template.takes-no-text"
	TemplateTwoLists      Code = "template.two-lists"
	TemplateNotAChoice    Code = "template.not-a-choice"
	TemplateTooLong       Code = "template.too-long"
)
