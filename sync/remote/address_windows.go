package remote

// usual is an address nobody listens on: without an address file there is no process.
func usual(string) address { return address{Network: "tcp", Address: "127.0.0.1:0"} }

// listen uses loopback: unix sockets are missing on older systems and under Wine.
func listen(string) (*Listener, address, error) { return loopback() }
