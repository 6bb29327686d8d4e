package scene

// Parts are what of a scene is read beside what every sync needs. Stash is asked only for the
// parts that the settings use: each costs it time for every scene. Zero is none of them.
type Parts uint32

// The parts.
const (
	// PartCode is the studio's code of the scene.
	PartCode Parts = 1 << iota
	// PartDirector is the director.
	PartDirector
	// PartURLs are the addresses of the scene.
	PartURLs
	// PartStashIDs are its ids at metadata servers.
	PartStashIDs
	// PartVideo is how large the picture of each file is and how long it runs.
	PartVideo
	// PartParents are the studios above the studio.
	PartParents
	// PartAliases are the other names of each tag.
	PartAliases
	// PartTagTree are the tags above each tag.
	PartTagTree
	// PartGender is the gender of each performer.
	PartGender
	// PartCountry is the country of each performer.
	PartCountry
	// PartPerformerTags are the tags of each performer.
	PartPerformerTags
	// PartGroups are the groups, once called movies, with the scene's place in each.
	PartGroups
	// PartPictures is whether each performer has a picture.
	PartPictures
	// PartGalleries are the galleries.
	PartGalleries
)

// Has reports that all of the others are among the parts.
func (p Parts) Has(others Parts) bool { return p&others == others }
