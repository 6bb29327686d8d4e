package storage_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"lockstep/storage"
)

func TestOneFlippedBitIsPutRightWhereverItIs(t *testing.T) {
	t.Parallel()
	for _, bucket := range []string{"values", "meta"} {
		key, text := []byte("settings"), []byte(`{"stash":"http://127.0.0.1:9999","words":"a harbour"}`)
		sealed := storage.Seal(bucket, key, text)
		for bit := range 8 * (len(key) + len(sealed)) {
			k, s := bytes.Clone(key), bytes.Clone(sealed)
			if at := bit / 8; at < len(k) {
				k[at] ^= 1 << (bit % 8)
			} else {
				s[at-len(k)] ^= 1 << (bit % 8)
			}
			if bucket == "meta" && bit < 8*len(key) {
				continue // no part of its checksum
			}
			gotKey, got, ok := storage.Mend(bucket, k, s)
			if !ok || !bytes.Equal(gotKey, key) || !bytes.Equal(got, text) {
				t.Fatalf("%s, bit %d: %s %s, %v", bucket, bit, gotKey, got, ok)
			}
			_, err := storage.Unseal(bucket, k, s)
			if want := bytes.Equal(k, key); (err == nil) != want {
				t.Fatalf("%s, bit %d: read %v, want %v", bucket, bit, err, want)
			}
		}
	}
}

// TestMoreDamageIsNeverReadAsTruth flips two bits: CRC-32C tells them apart from
// none and from one.
func TestMoreDamageIsNeverReadAsTruth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(rt, "key")
		text := rapid.SliceOfN(rapid.Byte(), 1, 2000).Draw(rt, "text")
		sealed := storage.Seal("jobs", key, text)
		bits := rapid.SliceOfNDistinct(rapid.IntRange(0, 8*len(sealed)-1), 2, 2, rapid.ID).Draw(rt, "bits")
		for _, b := range bits {
			sealed[b/8] ^= 1 << (b % 8)
		}
		if got, err := storage.Unseal("jobs", key, sealed); !storage.IsDamage(err) {
			rt.Fatalf("two flipped bits were read as %q, %v", got, err)
		}
	})
}

func TestRecordOfAnotherPlaceIsNotRead(t *testing.T) {
	t.Parallel()
	sealed := storage.Seal("jobs", []byte("12345678"), []byte("{}"))
	if _, err := storage.Unseal("seen", []byte("12345678"), sealed); !storage.IsDamage(err) {
		t.Errorf("a record of another bucket: %v", err)
	}
	if _, err := storage.Unseal("jobs", []byte("87654321"), sealed); !storage.IsDamage(err) {
		t.Errorf("a record of another key: %v", err)
	}
	for n := range sealed {
		if _, err := storage.Unseal("jobs", []byte("12345678"), sealed[:n]); !storage.IsDamage(err) {
			t.Errorf("cut to %d: %v", n, err)
		}
	}
}
