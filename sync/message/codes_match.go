package message

// How an item fits a file, and why none does.
const (
	MatchSamePath      Code = "match.same-path"
	MatchPathCase      Code = "match.path-case"
	MatchTrash         Code = "match.trash"
	MatchRulesDisagree Code = "match.rules-disagree"
	MatchSameName      Code = "match.same-name"
	MatchSharedFile    Code = "match.shared-file"
	MatchRulesLead     Code = "match.rules-lead"
	MatchSeveralCases  Code = "match.several-cases"
	MatchOtherCase     Code = "match.other-case"
	MatchItemShared    Code = "match.item-shared"
	MatchRuleCase      Code = "match.rule-case"
	MatchNoRule        Code = "match.no-rule"
	MatchNoItem        Code = "match.no-item"
	MatchItemInTrash   Code = "match.item-in-trash"
	QuotedPath         Code = "quoted.path"
)
