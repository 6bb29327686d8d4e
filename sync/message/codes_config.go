package message

// What is wrong with the value of a setting.
const (
	ConfigNotYesOrNo    Code = "config.not-yes-or-no"
	ConfigNotANumber    Code = "config.not-a-number"
	ConfigNotASpan      Code = "config.not-a-span"
	ConfigNotATime      Code = "config.not-a-time"
	ConfigNotAChoice    Code = "config.not-a-choice"
	ConfigOutside       Code = "config.outside"
	ConfigNotAnAddress  Code = "config.not-an-address"
	ConfigAddressLogin  Code = "config.address-login"
	ConfigWebClient     Code = "config.web-client"
	ConfigCertificate   Code = "config.certificate"
	ConfigNotARule      Code = "config.not-a-rule"
	ConfigAmbiguousRule Code = "config.ambiguous-rule"
	ConfigRuleSides     Code = "config.rule-sides"
	ConfigRuleAddress   Code = "config.rule-address"
	ConfigRuleSlashes   Code = "config.rule-slashes"
	ConfigRuleHome      Code = "config.rule-home"
	ConfigNotAFolder    Code = "config.not-a-folder"
)

// Several settings at once.
const (
	ConfigOption   Code = "config.option"
	ConfigDoNotFit Code = "config.do-not-fit"
)
