package sim

import (
	"fmt"
	"slices"
)

// owner finds the file and the scene that has it.
func (s *Stash) owner(fileID int) (*Scene, int, error) {
	for _, sc := range s.scenes {
		for i, f := range sc.Files {
			if f.ID == fileID {
				return sc, i, nil
			}
		}
	}
	return nil, 0, fmt.Errorf("file with id %d not found", fileID)
}

// MoveFile moves or renames a file: the file's updated_at moves, the scene's does not.
func (s *Stash) MoveFile(fileID int, path string) error {
	return s.changeFile(fileID, func(f *File) { f.Path = path })
}

// ReplaceFile changes a file's content in place: new size and hash, the scene is not bumped.
func (s *Stash) ReplaceFile(fileID int) error {
	return s.changeFile(fileID, func(f *File) {
		f.Size += 4096
		f.Oshash = hex16(uint64(f.Size) * 0x9e3779b97f4a7c15)
		f.ModTime = s.stamp()
	})
}

func (s *Stash) changeFile(fileID int, change func(*File)) error {
	return s.edit(func() error {
		sc, i, err := s.owner(fileID)
		if err != nil {
			return err
		}
		f := *sc.Files[i]
		change(&f)
		f.UpdatedAt = s.stamp()
		sc.Files = slices.Clone(sc.Files)
		sc.Files[i] = &f
		return nil
	})
}

// AddFile adds a file to a scene, as the scan of a byte-identical copy does: the scene is bumped.
func (s *Stash) AddFile(sceneID int, path string) (fileID int, err error) {
	err = s.edit(func() error {
		return s.within(sceneID, true, func(sc *Scene) error {
			fileID = s.addFile(sc, path, s.stamp()).ID
			return nil
		})
	})
	return fileID, err
}

// AssignFile gives a file to another scene; neither scene is bumped.
func (s *Stash) AssignFile(fileID, sceneID int) error {
	return s.edit(func() error {
		from, i, err := s.owner(fileID)
		if err != nil {
			return err
		}
		return s.within(sceneID, false, func(to *Scene) error {
			f := from.Files[i]
			from.Files = slices.Delete(slices.Clone(from.Files), i, i+1)
			to.Files = append(slices.Clone(to.Files), f)
			return nil
		})
	})
}

// DeleteFile removes a file from its scene without bumping it.
func (s *Stash) DeleteFile(fileID int) error {
	return s.edit(func() error {
		sc, i, err := s.owner(fileID)
		if err != nil {
			return err
		}
		sc.Files = slices.Delete(slices.Clone(sc.Files), i, i+1)
		return nil
	})
}

// SetPrimaryFile puts a file first in its scene, which is bumped.
func (s *Stash) SetPrimaryFile(fileID int) error {
	return s.edit(func() error {
		sc, i, err := s.owner(fileID)
		if err != nil {
			return err
		}
		first := sc.Files[i]
		rest := slices.Delete(slices.Clone(sc.Files), i, i+1)
		sc.Files = append([]*File{first}, rest...)
		sc.UpdatedAt = s.stamp()
		return nil
	})
}
