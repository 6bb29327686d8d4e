package engine

// Turns is how often the loop has turned.
func (e *Engine) Turns() uint64 { return e.loop.Turns() }
