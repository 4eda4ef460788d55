import { now as present, type Schemas, useAnnounce, useDraft, useFormat, useI18n, useNow, useWrite } from '@kit/index';
import { Button, Group, Radio, Stack, Text } from '@mantine/core';
import type { QueryKey } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { ExtraTime } from './extratime';
import { marks } from './marks';
import type { QuizOf } from './quiz';
import css from './work.module.css';

const missed = -1;

/** One item, with its time: what is chosen when it runs out counts. */
export function QuizItem({ of, quiz, sitting, answer, stale }: { of: QuizOf; quiz: Schemas['Quiz']; sitting: Schemas['QuizSitting']; answer: (item: number, answer: number) => Promise<void>; stale: QueryKey[] }) {
  const { t } = useI18n();
  const say = useAnnounce();
  const [late, setLate] = useState(false);
  const heading = useRef<HTMLParagraphElement>(null);
  const [chosen, setChosen, clear] = useDraft(`quiz.${of.program ?? ''}.${of.topic ?? ''}.${quiz.version}.${sitting.attempt}.${sitting.item}`, '');
  const send = useWrite((option: number) => answer(sitting.item, option), { stale, after: clear });
  useEffect(() => heading.current?.focus(), []);
  const over = () => {
    if (send.isPending || send.isSuccess) return;
    setLate(true); // what was not sent then can still be sent by hand
    say(t('quiz.over'));
    send.mutate(chosen === '' ? missed : Number(chosen));
  };
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        if (chosen !== '' || late) send.mutate(chosen === '' ? missed : Number(chosen));
      }}
    >
      <Stack gap="md">
        <Clock quiz={quiz} sitting={sitting} over={over} />
        <p ref={heading} tabIndex={-1} className={css.itemof}>
          {t('quiz.item', { n: sitting.item + 1, of: sitting.of })}
        </p>
        <Radio.Group label={sitting.shown.question} value={chosen} onChange={setChosen} dir="auto">
          <Stack gap="xs" mt="xs">
            {sitting.shown.options.map((option, n) => (
              <Radio key={n} value={String(n)} label={option} />
            ))}
          </Stack>
        </Radio.Group>
        <Group>
          <Button type="submit" disabled={chosen === '' && !late} loading={send.isPending}>
            {t(sitting.item + 1 === sitting.of ? 'quiz.hand_in' : 'quiz.next')}
          </Button>
        </Group>
        <ExtraTime />
      </Stack>
    </form>
  );
}

/** What is left of the time: as a bar that empties and in words, and said at a few marks. */
function Clock({ quiz, sitting, over }: { quiz: Schemas['Quiz']; sitting: Schemas['QuizSitting']; over: () => void }) {
  const { t } = useI18n();
  const format = useFormat();
  const say = useAnnounce();
  // by what the service says is left, since the browser's clock may be wrong; the same end unless the service moves it
  const end = useMemo(() => present() + sitting.left_s * 1000, [sitting.until]);
  const left = Math.max(0, Math.ceil((end - useNow(1000)) / 1000));
  const said = useRef(Number.POSITIVE_INFINITY);
  useEffect(() => {
    const mark = marks(quiz.item_s).find((n) => left <= n && n < said.current);
    if (left > 0 && mark !== undefined) {
      said.current = mark;
      say(t('quiz.left_time', { time: format.duration(left, 'long') }));
    }
    if (left === 0) over();
  }, [left]);
  useEffect(() => {
    said.current = Number.POSITIVE_INFINITY; // more time: the marks come again
  }, [sitting.until]);
  return (
    <div className={css.clock} data-near={left <= 10 || undefined} role="timer" aria-label={t('quiz.left_time', { time: format.duration(left, 'long') })}>
      <span className={css.clockbar} aria-hidden>
        <i style={{ inlineSize: `${Math.min(100, (100 * left) / Math.max(1, quiz.item_s))}%` }} />
      </span>
      <Text component="span" size="sm" aria-hidden>
        {format.duration(left)}
      </Text>
    </div>
  );
}
