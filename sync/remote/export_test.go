package remote

// Loopback and its address, as systems without unix sockets use them.
var Loopback = func(dir string) (*Listener, error) {
	l, at, err := loopback()
	if err != nil {
		return nil, err
	}
	return publish(l, at, dir)
}

// Token reads the token of the process that serves a data folder on loopback.
func Token(dir string) (at, token string) { a := find(dir)[0]; return a.Address, a.Token }

// Usual tells where the socket of a data folder is.
func Usual(dir string) string { return places(dir)[0].Address }

// At tells where the process of a data folder says that it listens.
func At(dir string) (network, at string) {
	if all := find(dir); len(all) > 0 {
		return all[0].Network, all[0].Address
	}
	return "", ""
}

// Methods lists the methods that are served.
func Methods() []string {
	var names []string
	for name := range methods {
		names = append(names, name)
	}
	return names
}
