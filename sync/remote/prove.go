package remote

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// The kernel tells whose the other end of a socket in the file system is. Of a port it does
// not: the address file of a killed process names one that anybody may listen on by now. So
// each new connection is asked to prove that it knows the token, before it is told anything.

const (
	// provePath answers a question with what only the token can make of it.
	provePath = "/prove"
	// longestQuestion is more than a client asks.
	longestQuestion = 128
)

// errStranger is why a connection is not used.
var errStranger = errors.New("somebody else listens where a Lockstep did")

// proof is the answer to a question.
func proof(token, question string) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte(question))
	return hex.EncodeToString(mac.Sum(nil))
}

// prove answers whoever asks: the answer does not give the token away.
func prove(token string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		question, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestQuestion))
		if err != nil {
			refuse(w, fmt.Errorf("read the question: %w", err))
			return
		}
		_, _ = io.WriteString(w, proof(token, string(question))) // the other side may be gone
	}
}

// challenge makes sure that the other end of a new connection knows the token.
func challenge(ctx context.Context, c net.Conn, token string) error {
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Now()) })
	defer stop()
	if err := c.SetDeadline(time.Now().Add(dialTimeout)); err != nil {
		return fmt.Errorf("ask for a proof: %w", err)
	}
	question := rand.Text()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://lockstep"+provePath, strings.NewReader(question))
	if err != nil {
		return fmt.Errorf("ask for a proof: %w", err)
	}
	if err := req.Write(c); err != nil {
		return errors.Join(errStranger, err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), req)
	if err != nil {
		return errors.Join(errStranger, err)
	}
	// The body is not closed, which would read a stranger's to its end.
	answer, err := io.ReadAll(io.LimitReader(resp.Body, longestQuestion))
	if err != nil || !hmac.Equal(answer, []byte(proof(token, question))) {
		return errors.Join(errStranger, err)
	}
	if !stop() {
		return ctx.Err()
	}
	return c.SetDeadline(time.Time{})
}
