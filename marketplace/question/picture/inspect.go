package picture

import (
	"bytes"
	"encoding/binary"
)

// maxScans is how many passes a JPEG may be made of. Ten are usual; each costs
// as much as the whole picture, however few bytes it has.
const maxScans = 64

// inspectJPEG walks the file's segments up to the end of the image (ITU T.81,
// B.1).
func inspectJPEG(file []byte) (facts, error) {
	var f facts
	for i, scans := 2, 0; ; {
		for i < len(file) && file[i] != 0xff { // what some cameras pad with
			i++
		}
		for i+1 < len(file) && file[i+1] == 0xff {
			i++
		}
		if i+1 >= len(file) {
			return f, ErrBroken
		}
		marker := file[i+1]
		i += 2
		switch {
		case marker == 0xd9: // end of image
			return f, nil
		case marker == 0, marker == 1, marker >= 0xd0 && marker <= 0xd8: // without a length
			continue
		}
		if i+2 > len(file) {
			return f, ErrBroken
		}
		end := i + int(binary.BigEndian.Uint16(file[i:]))
		if end < i+2 || end > len(file) {
			return f, ErrBroken
		}
		if exif, ok := bytes.CutPrefix(file[i+2:end], []byte("Exif\x00\x00")); ok && marker == 0xe1 && f.orientation == 0 {
			f.orientation = orientation(exif)
		}
		if marker == 0xda {
			if scans++; scans > maxScans {
				return f, ErrTooLarge
			}
		}
		i = end
	}
}

// inspectPNG walks the file's chunks up to the last.
func inspectPNG(file []byte) (facts, error) {
	var f facts
	for i := 8; ; {
		if i+12 > len(file) {
			return f, ErrBroken
		}
		size := int64(binary.BigEndian.Uint32(file[i:]))
		if size > int64(len(file)-i-12) {
			return f, ErrBroken
		}
		name, data := string(file[i+4:i+8]), file[i+8:i+8+int(size)]
		switch name {
		case "IEND":
			return f, nil
		case "acTL":
			return f, ErrAnimated
		case "eXIf":
			f.orientation = orientation(data)
		}
		i += 12 + int(size)
	}
}

// inspectWebP walks the file's chunks. Each chunk that holds pixels says how
// many itself, and what the canvas claims need not be true.
func inspectWebP(file []byte) (facts, error) {
	var f facts
	size := int64(binary.LittleEndian.Uint32(file[4:])) + 8
	if size > int64(len(file)) || size < 12 {
		return f, ErrBroken
	}
	for rest := file[12:size]; len(rest) >= 8; {
		name, long := string(rest[:4]), int64(binary.LittleEndian.Uint32(rest[4:]))
		if long > int64(len(rest)-8) {
			return f, ErrBroken
		}
		data := rest[8 : 8+long]
		switch {
		case name == "ANIM" || name == "ANMF" || name == "VP8X" && long >= 10 && data[0]&0x02 != 0:
			return f, ErrAnimated
		case name == "VP8X" && long >= 10:
			f.claim(1+int(uint24(data[4:])), 1+int(uint24(data[7:])))
		case name == "VP8 " && long >= 10:
			f.claim(int(binary.LittleEndian.Uint16(data[6:])&0x3fff), int(binary.LittleEndian.Uint16(data[8:])&0x3fff))
		case name == "VP8L" && long >= 5:
			bits := binary.LittleEndian.Uint32(data[1:])
			f.claim(1+int(bits&0x3fff), 1+int(bits>>14&0x3fff))
		case name == "EXIF":
			exif, _ := bytes.CutPrefix(data, []byte("Exif\x00\x00"))
			f.orientation = orientation(exif)
		}
		rest = rest[min(int64(len(rest)), 8+long+long&1):]
	}
	return f, nil
}

// claim notes how large a part says it is.
func (f *facts) claim(width, height int) {
	f.width, f.height = max(f.width, width), max(f.height, height)
}

func uint24(b []byte) uint32 { return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 }

// orientation reads how the camera was held from EXIF, a TIFF file's first
// directory (CIPA DC-008); 0 where it says nothing that can be read.
func orientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch string(tiff[:4]) {
	case "II*\x00":
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 0
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 0
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return 0
		}
		if order.Uint16(entries) == 0x0112 && order.Uint16(entries[2:]) == 3 { // Orientation, a SHORT
			if turn := int(order.Uint16(entries[8:])); turn >= 1 && turn <= 8 {
				return turn
			}
			return 0
		}
		entries = entries[12:]
	}
	return 0
}
