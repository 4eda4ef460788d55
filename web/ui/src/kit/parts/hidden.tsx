import { Fragment, type ReactNode } from 'react';
import css from './conversation.module.css';

/** Text in which what was hidden, such as [name 1], is shown as a patch. */
export function Redacted({ text }: { text: string }) {
  return (
    <span className={css.text} dir="auto">
      {patched(text)}
    </span>
  );
}

function patched(text: string): ReactNode {
  return text.split(/(\[[a-z][a-z -]{1,30}\d*(?: \d+)?\])/g).map((part, i) =>
    i % 2 ? (
      <span key={i} className={css.patch}>
        {part.slice(1, -1)}
      </span>
    ) : (
      <Fragment key={i}>{part}</Fragment>
    ),
  );
}
