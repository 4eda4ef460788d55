// Package picture makes of a file that somebody sends a picture that can be
// shown to others: it finds out what the file is, whatever it says of itself,
// decodes it whole, turns it upright, makes it no larger than a screen and
// writes it anew, so that nothing of the file is left but what can be seen: no
// place, no camera, no thumbnail from before it was cropped, nothing appended.
//
// It is pure: bytes in, bytes out. It keeps nothing, and knows nothing of
// questions.
package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"mime"
	"strings"

	"golang.org/x/image/webp"
)

// What is taken.
const (
	MaxBytes  = 6 << 20    // of the file
	MaxPixels = 24_000_000 // of the picture in it; of 16 bits a channel half as many
	MaxSide   = 2048       // pixels of the longer side, as it is kept
)

// The media types that are taken. A Picture is a PNG or a JPEG.
const (
	PNG  = "image/png"
	JPEG = "image/jpeg"
	WebP = "image/webp"
)

// Why a file is no picture here.
var (
	// ErrType: it is no PNG, JPEG or WebP, or another of them than it is said to be.
	ErrType = errors.New("the file is no PNG, JPEG or WebP, or not what it is said to be")
	// ErrBroken: it cannot be decoded to its end.
	ErrBroken = errors.New("the file is damaged or not complete")
	// ErrAnimated: it moves.
	ErrAnimated = errors.New("the picture is animated")
	// ErrTooLarge: it has too many pixels, or takes too much work to decode.
	ErrTooLarge = fmt.Errorf("the picture has more than %d megapixels", MaxPixels/1_000_000)
)

// Picture is a picture that can be shown.
type Picture struct {
	Type          string // PNG or JPEG
	Width, Height int
	Bytes         []byte
}

// facts are what a file says of itself before it is decoded.
type facts struct {
	width, height int // the largest that any part of it claims
	deep          bool
	orientation   int // 1 to 8, as EXIF has them; 0: it says nothing
}

// Clean makes a Picture of a file that is said to be of a media type; empty:
// nothing is said. Errors: ErrType, ErrBroken, ErrAnimated, ErrTooLarge. It may
// take a second of one processor and some hundred megabytes, so bound how often
// it runs at the same time.
func Clean(file []byte, said string) (Picture, error) {
	kind := sniff(file)
	if kind == "" || !says(said, kind) {
		return Picture{}, ErrType
	}
	f, err := inspect(file, kind)
	if err != nil {
		return Picture{}, err
	}
	if err := f.check(); err != nil {
		return Picture{}, err
	}
	decoded, err := decode(file, kind)
	if err != nil {
		return Picture{}, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return write(turned(fit(decoded), f.orientation), kind)
}

// sniff tells what a file is by how it begins; empty: nothing we take.
func sniff(file []byte) string {
	switch {
	case bytes.HasPrefix(file, []byte("\x89PNG\r\n\x1a\n")):
		return PNG
	case bytes.HasPrefix(file, []byte("\xff\xd8\xff")):
		return JPEG
	case len(file) >= 12 && string(file[:4]) == "RIFF" && string(file[8:12]) == "WEBP":
		return WebP
	}
	return ""
}

// says reports whether a Content-Type names the kind, or none.
func says(said, kind string) bool {
	if said == "" {
		return true
	}
	media, _, err := mime.ParseMediaType(said)
	if err != nil {
		return false
	}
	media = strings.ToLower(media)
	return media == kind || media == "image/jpg" && kind == JPEG
}

// inspect reads a file's parts without decoding any.
func inspect(file []byte, kind string) (facts, error) {
	var f facts
	var err error
	switch kind {
	case PNG:
		f, err = inspectPNG(file)
	case JPEG:
		f, err = inspectJPEG(file)
	default:
		return inspectWebP(file)
	}
	if err != nil {
		return f, err
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return f, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	f.width, f.height = config.Width, config.Height
	f.deep = config.ColorModel == color.NRGBA64Model || config.ColorModel == color.RGBA64Model || config.ColorModel == color.Gray16Model
	return f, nil
}

func (f facts) check() error {
	most := int64(MaxPixels)
	if f.deep {
		most /= 2
	}
	switch {
	case f.width <= 0 || f.height <= 0:
		return ErrBroken
	case int64(f.width)*int64(f.height) > most:
		return ErrTooLarge
	}
	return nil
}

// decode decodes the whole file. A decoder that panics on what it is given has
// found a damaged file.
func decode(file []byte, kind string) (img image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("decode: %v", p)
		}
	}()
	r := bytes.NewReader(file)
	switch kind {
	case PNG:
		return png.Decode(r)
	case JPEG:
		return jpeg.Decode(r)
	}
	return webp.Decode(r)
}
