package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
)

const (
	quality = 85
	// heavy is from how many bytes on a PNG may become a JPEG: a photograph is
	// many times smaller as one, and a screenshot is not heavy.
	heavy = 1 << 20
	// heaviest is what a PNG that shows through may have before it is put on
	// white.
	heaviest = 4 << 20
)

// fit draws a picture at most MaxSide large. It is halved as often as it can be,
// each pixel the mean of four, and what is left is interpolated: nothing is held
// in memory but the result, and it is as good as an eye can tell.
func fit(src image.Image) *image.RGBA {
	for from := src.Bounds(); max(from.Dx(), from.Dy()) >= 2*MaxSide; from = src.Bounds() {
		src = scaled(src, max(1, from.Dx()/2), max(1, from.Dy()/2))
	}
	w, h := src.Bounds().Dx(), src.Bounds().Dy()
	if side := max(w, h); side > MaxSide {
		w, h = max(1, w*MaxSide/side), max(1, h*MaxSide/side)
	}
	return scaled(src, w, h)
}

func scaled(src image.Image, w, h int) *image.RGBA {
	dst, from := image.NewRGBA(image.Rect(0, 0, w, h)), src.Bounds()
	if w == from.Dx() && h == from.Dy() {
		draw.Draw(dst, dst.Rect, src, from.Min, draw.Src)
	} else {
		draw.ApproxBiLinear.Scale(dst, dst.Rect, src, from, draw.Src, nil)
	}
	return dst
}

// turned is the picture upright, for one that was taken in an orientation of
// EXIF's: 2 mirrored, 3 upside down, 4 both, 5 to 8 with its rows for columns.
func turned(src *image.RGBA, orientation int) *image.RGBA {
	if orientation < 2 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if orientation >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	dst := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			to := place(x, y, w, h, orientation)
			copy(dst.Pix[dst.PixOffset(to.X, to.Y):][:4], src.Pix[src.PixOffset(x, y):][:4])
		}
	}
	return dst
}

// place is where a pixel goes.
func place(x, y, w, h, orientation int) image.Point {
	switch orientation {
	case 2:
		return image.Pt(w-1-x, y)
	case 3:
		return image.Pt(w-1-x, h-1-y)
	case 4:
		return image.Pt(x, h-1-y)
	case 5:
		return image.Pt(y, x)
	case 6:
		return image.Pt(h-1-y, x)
	case 7:
		return image.Pt(h-1-y, w-1-x)
	case 8:
		return image.Pt(y, w-1-x)
	}
	return image.Pt(x, y)
}

// write encodes a picture that came as kind: a photograph as JPEG, and as PNG
// what was one, or shows through, unless that is too heavy.
func write(img *image.RGBA, kind string) (Picture, error) {
	p := Picture{Type: PNG, Width: img.Rect.Dx(), Height: img.Rect.Dy()}
	opaque := img.Opaque()
	if kind == PNG || !opaque {
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			return Picture{}, fmt.Errorf("write a PNG: %w", err)
		}
		p.Bytes = b.Bytes()
		if len(p.Bytes) <= heavy || !opaque && len(p.Bytes) <= heaviest {
			return p, nil
		}
	}
	if !opaque {
		white := image.NewRGBA(img.Rect)
		draw.Draw(white, white.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(white, white.Rect, img, image.Point{}, draw.Over)
		img = white
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		return Picture{}, fmt.Errorf("write a JPEG: %w", err)
	}
	if p.Bytes == nil || b.Len() < len(p.Bytes)/2 || len(p.Bytes) > heaviest {
		p.Type, p.Bytes = JPEG, b.Bytes()
	}
	return p, nil
}
