package picture_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"knowhow/marketplace/question/picture"
)

// scene is a picture of four corners: red, green, blue and white from the top
// left on, in reading order.
func scene(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{A: 255}
			switch {
			case x < w/2 && y < h/2:
				c.R = 255
			case y < h/2:
				c.G = 255
			case x < w/2:
				c.B = 255
			default:
				c.R, c.G, c.B = 255, 255, 255
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asWebP(t testing.TB, text string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Each a pixel, by Google's encoder.
const (
	lossy    = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"
	lossless = "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="
	moving   = "UklGRlIAAABXRUJQVlA4WAoAAAASAAAAAAAAAAAAQU5JTQYAAAD/////AABBTk1GJgAAAAAAAAAAAAAAAAAAAGQAAABWUDhMDQAAAC8AAAAQBxAREYiI/gcA"
)

const place = "GPS 52.5163N 13.3777E"

// exif is what a camera held that way writes, with where it was.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		b = []byte("MM\x00*")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	for _, entry := range [][2]uint16{{0x010f, 0}, {0x0112, orientation}} {
		b = order.AppendUint16(b, entry[0])
		b = order.AppendUint16(b, 3)
		b = order.AppendUint32(b, 1)
		b = order.AppendUint16(b, entry[1])
		b = order.AppendUint16(b, 0)
	}
	return append(order.AppendUint32(b, 0), place...)
}

// withSegment puts a segment behind a JPEG's beginning.
func withSegment(file []byte, marker byte, data []byte) []byte {
	b := append(bytes.Clone(file[:2]), 0xff, marker)
	b = binary.BigEndian.AppendUint16(b, uint16(len(data)+2))
	return append(append(b, data...), file[2:]...)
}

// withChunk puts a chunk behind a PNG's first.
func withChunk(file []byte, name string, data []byte) []byte {
	const behind = 8 + 12 + 13
	b := bytes.Clone(file[:behind])
	b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
	b = append(append(b, name...), data...)
	b = binary.BigEndian.AppendUint32(b, crc(b[behind+4:]))
	return append(b, file[behind:]...)
}

func clean(t testing.TB, file []byte, said string) (picture.Picture, image.Image) {
	t.Helper()
	p, err := picture.Clean(file, said)
	if err != nil {
		t.Fatal(err)
	}
	img, kind, err := image.Decode(bytes.NewReader(p.Bytes))
	if err != nil || "image/"+kind != p.Type || img.Bounds() != image.Rect(0, 0, p.Width, p.Height) {
		t.Fatalf("%s of %d × %d decodes as %s %v, %v", p.Type, p.Width, p.Height, kind, img.Bounds(), err)
	}
	return p, img
}

// corners names the colours of a picture's corners, in reading order.
func corners(img image.Image) string {
	var names strings.Builder
	b := img.Bounds()
	for _, at := range [][2]int{{1, 1}, {3, 1}, {1, 3}, {3, 3}} {
		r, g, bl, _ := img.At(b.Min.X+b.Dx()*at[0]/4, b.Min.Y+b.Dy()*at[1]/4).RGBA()
		switch big := func(v uint32) bool { return v > 0xc000 }; {
		case big(r) && big(g) && big(bl):
			names.WriteByte('w')
		case big(r):
			names.WriteByte('r')
		case big(g):
			names.WriteByte('g')
		case big(bl):
			names.WriteByte('b')
		default:
			names.WriteByte('?')
		}
	}
	return names.String()
}

// However the camera was held, the picture is upright, in every format and byte
// order; and nothing of what the file said beside is left.
func TestOrientationIsAppliedAndNothingElseIsLeft(t *testing.T) {
	want := []string{1: "rgbw", 2: "grwb", 3: "wbgr", 4: "bwrg", 5: "rbgw", 6: "brwg", 7: "wgbr", 8: "gwrb"}
	for orientation := 1; orientation <= 8; orientation++ {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			tags := exif(order, uint16(orientation))
			files := map[string][]byte{
				picture.JPEG: withSegment(withSegment(asJPEG(t, scene(64, 32)), 0xfe, []byte("taken by Dana Whitlow")), 0xe1, append([]byte("Exif\x00\x00"), tags...)),
				picture.PNG:  withChunk(withChunk(asPNG(t, scene(64, 32)), "tEXt", []byte("Author\x00Dana Whitlow")), "eXIf", tags),
			}
			for kind, file := range files {
				if !bytes.Contains(file, []byte(place)) || !bytes.Contains(file, []byte("Whitlow")) {
					t.Fatal("the file says nothing, so this proves nothing")
				}
				p, img := clean(t, append(file, "appended: "+place...), kind)
				w, h := 64, 32
				if orientation >= 5 {
					w, h = h, w
				}
				if got := corners(img); got != want[orientation] || p.Width != w || p.Height != h || p.Type != kind {
					t.Errorf("%s of orientation %d: %s, %s of %d × %d; want %s", kind, orientation, got, p.Type, p.Width, p.Height, want[orientation])
				}
				for _, secret := range []string{place, "GPS", "Whitlow", "Exif", "eXIf", "tEXt"} {
					if bytes.Contains(p.Bytes, []byte(secret)) {
						t.Errorf("%s still says %q", kind, secret)
					}
				}
			}
		}
	}
}

func TestLargePicturesAreMadeSmaller(t *testing.T) {
	for _, c := range []struct{ w, h, wantW, wantH int }{
		{4096, 1024, 2048, 512}, {1500, 3000, 1024, 2048}, {2048, 100, 2048, 100}, {2049, 1, 2048, 1}, {9000, 2, 2048, 1}, {1, 1, 1, 1},
	} {
		p, img := clean(t, asPNG(t, scene(c.w, c.h)), picture.PNG)
		if p.Width != c.wantW || p.Height != c.wantH || c.h > 2 && corners(img) != "rgbw" {
			t.Errorf("%d × %d became %d × %d, %s", c.w, c.h, p.Width, p.Height, corners(img))
		}
	}
}

// noise is what no encoding makes smaller.
func noise(side int, alpha bool) *image.NRGBA {
	img, rnd := image.NewNRGBA(image.Rect(0, 0, side, side)), rand.New(rand.NewPCG(1, 2))
	for i := range img.Pix {
		if img.Pix[i] = byte(rnd.Uint32()); i%4 == 3 && !alpha {
			img.Pix[i] = 255
		}
	}
	return img
}

// Screenshots stay sharp and clear, and nothing gets heavy.
func TestWhatIsKept(t *testing.T) {
	clear := image.NewPaletted(image.Rect(0, 0, 300, 200), append(slices.Clone(palette.WebSafe[:20]), color.Transparent))
	for i := range clear.Pix {
		clear.Pix[i] = byte(i % 21)
	}
	for name, c := range map[string]struct {
		file []byte
		said string
		want string
	}{
		"a screenshot":               {asPNG(t, scene(1200, 800)), "image/png; charset=binary", picture.PNG},
		"one that shows through":     {asPNG(t, clear), picture.PNG, picture.PNG},
		"a photograph as PNG":        {asPNG(t, noise(640, false)), "", picture.JPEG},
		"a heavy one, clear in part": {asPNG(t, noise(1100, true)), picture.PNG, picture.JPEG},
		"a photograph":               {asJPEG(t, noise(500, false)), "image/JPG", picture.JPEG},
		"grey":                       {asJPEG(t, image.NewGray(image.Rect(0, 0, 40, 30))), picture.JPEG, picture.JPEG},
		"16 bits":                    {asPNG(t, image.NewRGBA64(image.Rect(0, 0, 40, 30))), picture.PNG, picture.PNG},
		"WebP":                       {asWebP(t, lossy), picture.WebP, picture.JPEG},
		"WebP without loss":          {asWebP(t, lossless), "", ""},
	} {
		p, _ := clean(t, c.file, c.said)
		if c.want != "" && p.Type != c.want || len(p.Bytes) > 4<<20 {
			t.Errorf("%s: %s of %d bytes", name, p.Type, len(p.Bytes))
		}
	}
}

// sized is a PNG that claims to be so large.
func sized(t *testing.T, w, h uint32) []byte {
	b := asPNG(t, scene(4, 4))
	binary.BigEndian.PutUint32(b[16:], w)
	binary.BigEndian.PutUint32(b[20:], h)
	sum := crc(b[12:29])
	binary.BigEndian.PutUint32(b[29:], sum)
	return b
}

func TestWhatIsNoPicture(t *testing.T) {
	photo, shot := asJPEG(t, scene(64, 64)), asPNG(t, scene(64, 64))
	var animation bytes.Buffer
	frame := image.NewPaletted(image.Rect(0, 0, 2, 2), palette.Plan9)
	if err := gif.EncodeAll(&animation, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{1, 1}}); err != nil {
		t.Fatal(err)
	}
	bomb := asWebP(t, lossless)
	binary.LittleEndian.PutUint32(bomb[21:], 0x3fff|0x3fff<<14)
	many := bytes.Clone(photo[:len(photo)-2])
	scan := many[bytes.Index(many, []byte{0xff, 0xda}):][:14]
	many = append(append(many, bytes.Repeat(scan, 100)...), 0xff, 0xd9)
	for name, c := range map[string]struct {
		file []byte
		said string
		want error
	}{
		"nothing":                     {nil, picture.PNG, picture.ErrType},
		"a text":                      {[]byte("<svg onload=alert(1)>"), "image/png", picture.ErrType},
		"a GIF":                       {animation.Bytes(), "image/gif", picture.ErrType},
		"a JPEG that is said a PNG":   {photo, picture.PNG, picture.ErrType},
		"a PNG that is said a form":   {shot, "application/x-www-form-urlencoded", picture.ErrType},
		"a PNG that is said nonsense": {shot, "image/png; =", picture.ErrType},
		"half a JPEG":                 {photo[:len(photo)/2], picture.JPEG, picture.ErrBroken},
		"a JPEG without its end":      {photo[:len(photo)-2], picture.JPEG, picture.ErrBroken},
		"half a PNG":                  {shot[:len(shot)/2], picture.PNG, picture.ErrBroken},
		"a PNG without its end":       {shot[:len(shot)-12], picture.PNG, picture.ErrBroken},
		"half a WebP":                 {asWebP(t, lossy)[:30], picture.WebP, picture.ErrBroken},
		"a JPEG's beginning":          {photo[:3], picture.JPEG, picture.ErrBroken},
		"a moving PNG":                {withChunk(shot, "acTL", make([]byte, 8)), picture.PNG, picture.ErrAnimated},
		"a moving WebP":               {asWebP(t, moving), picture.WebP, picture.ErrAnimated},
		"a large PNG":                 {sized(t, 60_000, 60_000), picture.PNG, picture.ErrTooLarge},
		"a PNG that is empty":         {sized(t, 0, 4), picture.PNG, picture.ErrBroken},
		"a PNG that claims more":      {sized(t, 400, 400), picture.PNG, picture.ErrBroken},
		"a WebP that claims more":     {bomb, picture.WebP, picture.ErrTooLarge},
		"a JPEG of many scans":        {many, picture.JPEG, picture.ErrTooLarge},
		"too deep":                    {deep(t), picture.PNG, picture.ErrTooLarge},
	} {
		if p, err := picture.Clean(c.file, c.said); !errors.Is(err, c.want) || p.Bytes != nil {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// deep is a PNG of 16 bits a channel that claims 16 megapixels.
func deep(t *testing.T) []byte {
	b := asPNG(t, image.NewRGBA64(image.Rect(0, 0, 4, 4)))
	binary.BigEndian.PutUint32(b[16:], 4000)
	binary.BigEndian.PutUint32(b[20:], 4000)
	binary.BigEndian.PutUint32(b[29:], crc(b[12:29]))
	return b
}

// Whatever the bytes are, they are a picture or one of the errors.
func FuzzClean(f *testing.F) {
	f.Add(asJPEG(f, scene(16, 8)))
	f.Add(withSegment(asJPEG(f, scene(16, 8)), 0xe1, append([]byte("Exif\x00\x00"), exif(binary.BigEndian, 6)...)))
	f.Add(asPNG(f, scene(16, 8)))
	for _, text := range []string{lossy, lossless, moving} {
		f.Add(asWebP(f, text))
	}
	known := []error{picture.ErrType, picture.ErrBroken, picture.ErrAnimated, picture.ErrTooLarge}
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := picture.Clean(file, "")
		switch {
		case err == nil && (len(p.Bytes) == 0 || p.Width < 1 || p.Height < 1 || max(p.Width, p.Height) > picture.MaxSide):
			t.Errorf("%+v", p)
		case err != nil && !slices.ContainsFunc(known, func(k error) bool { return errors.Is(err, k) }):
			t.Errorf("an error of no kind: %v", err)
		}
	})
}

// Damaged files of every sort, many of them, in every run of the tests.
func TestDamagedFiles(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, file := range [][]byte{
		asJPEG(t, scene(48, 40)), asPNG(t, scene(48, 40)), asWebP(t, lossy), asWebP(t, lossless), asWebP(t, moving),
		withChunk(asPNG(t, scene(9, 9)), "eXIf", exif(binary.LittleEndian, 7)),
	} {
		for range 300 {
			bent := bytes.Clone(file)
			for range 1 + rnd.IntN(4) {
				bent[rnd.IntN(len(bent))] = byte(rnd.Uint32())
			}
			if rnd.IntN(3) == 0 {
				bent = bent[:rnd.IntN(len(bent))]
			}
			if p, err := picture.Clean(bent, ""); err == nil && len(p.Bytes) == 0 {
				t.Fatal("a picture without bytes")
			}
		}
	}
}

func BenchmarkClean(b *testing.B) {
	img := image.NewYCbCr(image.Rect(0, 0, 4000, 3000), image.YCbCrSubsampleRatio420)
	for i := range img.Y {
		img.Y[i] = byte(i * 7 >> 5)
	}
	file := asJPEG(b, img)
	for b.Loop() {
		if _, err := picture.Clean(file, picture.JPEG); err != nil {
			b.Fatal(err)
		}
	}
}

func crc(b []byte) uint32 { return crc32.ChecksumIEEE(b) }
