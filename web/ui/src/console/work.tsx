import { Conversation, Facts, Redacted, type Schemas, useFormat } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge } from '@mantine/core';
import css from './console.module.css';

/** Work to be judged: what was asked and answered, and nothing of who. */
export function Work({ of }: { of: Schemas['Work'] }) {
  const format = useFormat();
  return (
    <div className={css.work}>
      <div className={layout.row}>
        <h2 className={layout.subject} style={{ margin: 0 }}>
          <Redacted text={of.title} />
        </h2>
        <Badge color="gray">{format.language(of.language)}</Badge>
      </div>
      <Facts text={of.context} />
      <Conversation messages={of.messages} side="brand" />
    </div>
  );
}
