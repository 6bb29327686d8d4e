package queue

// Step is what is being done with a running job. The texts are printed as JSON; the zero
// Step is that of a job nothing was done with yet.
type Step string

// The steps, in their order.
const (
	Reading  Step = "reading"  // the scene, its items and its pictures
	Planning Step = "planning" // what of them is to be written
	Writing  Step = "writing"  // one item after another
	Checking Step = "checking" // whether what was written arrived
)
