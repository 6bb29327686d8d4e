package config

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"lockstep/sync/message"
)

// Fingerprint reads the SHA-256 of a certificate as tools print it: 64 hex digits, with or
// without colons, and with its name in front as openssl and browsers write it. False when
// the text is none.
func Fingerprint(text string) (sum [sha256.Size]byte, ok bool) {
	text = strings.TrimSpace(text[strings.LastIndex(text, "=")+1:])
	if len(text) > len("sha256:") && strings.EqualFold(text[:len("sha256:")], "sha256:") {
		text = text[len("sha256:"):]
	}
	b, err := hex.DecodeString(strings.NewReplacer(":", "", " ", "").Replace(text))
	copy(sum[:], b)
	return sum, err == nil && len(b) == len(sum)
}

// ShowFingerprint writes a fingerprint as openssl and browsers do.
func ShowFingerprint(sum [sha256.Size]byte) string {
	pairs := make([]string, len(sum))
	for i := range sum {
		pairs[i] = strings.ToUpper(hex.EncodeToString(sum[i : i+1]))
	}
	return strings.Join(pairs, ":")
}

// certificate accepts the fingerprint of a certificate, or the whole path of a file.
func certificate(v string) (string, error) {
	sum, ok := Fingerprint(v)
	switch {
	case ok:
		return ShowFingerprint(sum), nil
	case v == "" || absolute(v):
		return v, nil
	}
	return "", message.Wrong(message.ConfigCertificate)
}
