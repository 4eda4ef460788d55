// Reads Vite's manifest.

// filesOf are the files an entry loads at once: its chunk, what that imports
// and their styles.
export function filesOf(manifest, entry, files = new Set()) {
  const chunk = manifest[entry];
  if (!chunk || files.has(chunk.file)) return files;
  files.add(chunk.file);
  for (const style of chunk.css ?? []) files.add(style);
  for (const name of chunk.imports ?? []) filesOf(manifest, name, files);
  return files;
}
