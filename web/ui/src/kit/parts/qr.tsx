import { useMemo } from 'react';
import { encode } from 'uqr';
import css from './qr.module.css';

/** A text as a QR code, dark on white whatever the scheme is. */
export function QR({ text, label }: { text: string; label: string }) {
  const { size, d } = useMemo(() => {
    const code = encode(text, { ecc: 'M', border: 0 });
    let path = '';
    code.data.forEach((row, y) => row.forEach((dark, x) => dark && (path += `M${x} ${y}h1v1h-1z`)));
    return { size: code.size, d: path };
  }, [text]);
  return (
    <div className={css.qr}>
      <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
        <path d={d} fill="#000" />
      </svg>
    </div>
  );
}
