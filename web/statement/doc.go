// Package statement sets an expert's monthly statement as PDF, A4. It decides
// nothing of what a statement says, only how it looks.
//
// Its typeface is Go Regular, which has the letters of WGL4: Latin, Greek,
// Cyrillic. What a name has besides is shown as a square, and a note says so; it
// is never dropped, nor written as other letters. Its words are a file
// for each language that can be set so, and not among web/messages, which has all.
package statement
