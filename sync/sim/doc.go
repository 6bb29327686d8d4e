// Package sim owns simulated Stash and Plex servers that speak real HTTP on loopback, a sample library shared by both,
// scripted faults, and an oracle that compares the two. It serves --demo, tests, benchmarks and the sim command.
// Measured traps are on by default; points on which reports disagree are Quirks, off until a test asks for them.
// The package refuses to know any other package of the project, so it cannot repeat a mistake of the code it judges.
//
// [NewWorld] makes both servers; [Stash.Edit] and its neighbours are what people do in Stash, [Plex.PersonEdit] and its
// neighbours what people do in Plex; [Server.Inject] breaks things; [World.Diff] and [World.Expect] tell what is right.
package sim
