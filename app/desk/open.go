package desk

import (
	"errors"
	"fmt"
	"net/url"
)

// Open shows a page in the browser. It does not wait for it. Only web addresses are
// opened: what opens files could also start programs.
func Open(page string) error {
	u, err := url.Parse(page)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return errors.New("open a page: this is no web address")
	}
	if err := open(u.String()); err != nil {
		return fmt.Errorf("open a page in the browser: %w", err)
	}
	return nil
}
