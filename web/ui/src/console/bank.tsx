import { $api, Await, client, DataList, key, type Schemas, useDraft, useFormat, useI18n, useWrite } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Button, Group, NumberInput, Paper, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import css from './console.module.css';

type Item = Schemas['QuizItem'];
type Full = Schemas['FullQuiz'];

/** Whose bank: a program's, one of its topics', or, without a program, the platform's. */
export type BankOf = { program?: string; topic?: string };

const hour = 3600;
const paths = {
  program: { quiz: '/api/v1/programs/{program}/quiz', items: '/api/v1/programs/{program}/quiz/items' },
  platform: { quiz: '/api/v1/platform/quiz', items: '/api/v1/platform/quiz/items' },
} as const;
const stale = [...Object.values(paths.program), ...Object.values(paths.platform), '/api/v1/programs/{program}/checklist'].map((path) => key(path));

/** The parameters of a program's routes; where it is the platform's, they are not asked. */
const paramsOf = ({ program = '', topic }: BankOf) => ({ params: { path: { program }, query: topic ? { topic } : {} } });

/** How each item did: the share of right answers, and what speaks against it. */
export function Figures(of: BankOf) {
  const { t } = useI18n();
  const format = useFormat();
  const ofProgram = $api.useQuery('get', paths.program.items, paramsOf(of), { enabled: !!of.program });
  const ofPlatform = $api.useQuery('get', paths.platform.items, {}, { enabled: !of.program });
  const share = (right: number, of: number) => (of ? format.percent(right / of) : '–');
  return (
    <Await read={of.program ? ofProgram : ofPlatform}>
      {(figures) =>
        figures.items.length === 0 ? null : (
          <Paper p={0} component="section" aria-label={t('items.title')}>
            <div className={css.filters} style={{ display: 'block' }}>
              <h2 className={layout.subject} style={{ margin: 0 }}>
                {t('items.title')}
              </h2>
              <span className={css.quiet}>{t('items.text')}</span>
            </div>
            <DataList
              label={t('items.title')}
              rows={figures.items}
              rowKey={(item) => item.question}
              columns={[
                { key: 'question', label: t('items.item'), lead: true, cell: (item) => <span dir="auto">{item.question}</span> },
                { key: 'shown', label: t('items.shown'), end: true, cell: (item) => format.number(item.shown) },
                { key: 'right', label: t('items.right'), end: true, cell: (item) => share(item.right, item.shown) },
                { key: 'passed', label: t('items.of_passed'), end: true, wide: true, cell: (item) => share(item.right_of_passed, item.shown_to_passed) },
                { key: 'missed', label: t('items.missed'), end: true, wide: true, cell: (item) => format.number(item.missed) },
                { key: 'hint', label: t('items.hint'), cell: (item) => (item.hint ? <Badge color="brick">{t(`items.${item.hint}`)}</Badge> : item.shown < 20 ? <span className={css.quiet}>{t('items.few')}</span> : <Badge>{t('items.good')}</Badge>) },
              ]}
            />
          </Paper>
        )
      }
    </Await>
  );
}

/** The items of a quiz and its rules, to be published as a version. */
export function Bank(of: BankOf) {
  const ofProgram = $api.useQuery('get', paths.program.quiz, paramsOf(of), { enabled: !!of.program });
  const ofPlatform = $api.useQuery('get', paths.platform.quiz, {}, { enabled: !of.program });
  return <Await read={of.program ? ofProgram : ofPlatform}>{(found) => <Form key={found.version} bank={of} of={found} />}</Await>;
}

/** The next version of a quiz: its items, and its rules. */
function Form({ bank, of }: { bank: BankOf; of: Full }) {
  const { t } = useI18n();
  const [items, setItems, clear] = useDraft<Item[]>(`bank.${bank.program ?? ''}.${bank.topic ?? ''}.${of.version}`, of.items);
  const [rules, setRules] = useState({ pass_mark: of.pass_mark || 1, draw: of.draw, item_s: of.item_s, attempts: of.attempts || 3, retake_after_s: of.version ? of.retake_after_s : 24 * hour });
  const set = (values: Partial<typeof rules>) => setRules({ ...rules, ...values });
  const asked = rules.draw || items.length;
  const publish = useWrite(async () => (bank.program ? client.POST(paths.program.quiz, { ...paramsOf(bank), body: { items, ...rules } }) : client.POST(paths.platform.quiz, { body: { items, ...rules } })), { stale, done: t('entry.published'), after: clear });
  const put = (i: number, item: Item) => setItems(items.map((old, n) => (n === i ? item : old)));
  const whole = items.length > 0 && items.every((item) => item.question.trim() && item.options.every((option) => option.trim())) && rules.pass_mark <= asked && rules.draw <= items.length;
  return (
    <Paper component="section">
      <h2 className={layout.subject}>{t('quizzes.bank')}</h2>
      <Text size="sm" c="dimmed" mb="md">
        {of.version ? t('entry.quiz.version', { n: of.version }) : t('entry.none')} · {t('quizzes.binds')}
      </Text>
      <div className={css.fields} style={{ marginBottom: 24 }}>
        <NumberInput label={t('quizzes.mark')} description={t('quizzes.mark.text', { of: asked })} min={1} max={Math.max(1, asked)} allowDecimal={false} value={rules.pass_mark} onChange={(n) => set({ pass_mark: Number(n) })} error={rules.pass_mark > asked ? t('quizzes.mark.wrong') : undefined} />
        <NumberInput label={t('quizzes.draw')} description={t('quizzes.draw.text')} min={0} max={items.length} allowDecimal={false} value={rules.draw} onChange={(n) => set({ draw: Number(n) })} />
        <NumberInput label={t('quizzes.time')} description={t('quizzes.time.text')} min={0} max={3600} allowDecimal={false} value={rules.item_s} onChange={(n) => set({ item_s: Number(n) })} suffix=" s" />
        <NumberInput label={t('quizzes.tries')} description={t('quizzes.tries.text')} min={1} max={20} allowDecimal={false} value={rules.attempts} onChange={(n) => set({ attempts: Number(n) })} />
        <NumberInput label={t('quizzes.wait')} description={t('quizzes.wait.text')} min={0} max={2160} decimalScale={2} value={rules.retake_after_s / hour} onChange={(n) => set({ retake_after_s: Math.round(Number(n) * hour) })} suffix={` ${t('unit.hours')}`} />
      </div>
      <Stack gap="lg">
        {items.map((item, i) => (
          <ItemFields key={i} n={i + 1} item={item} put={(next) => put(i, next)} drop={() => setItems(items.filter((_, n) => n !== i))} />
        ))}
      </Stack>
      <Group mt="lg" justify="space-between">
        <Button variant="default" disabled={items.length >= 200} onClick={() => setItems([...items, { question: '', options: ['', ''], answer: 0 }])}>
          {t('entry.add')}
        </Button>
        <Button loading={publish.isPending} disabled={!whole} onClick={() => publish.mutate()}>
          {t('entry.publish')}
        </Button>
      </Group>
    </Paper>
  );
}

function ItemFields({ n, item, put, drop }: { n: number; item: Item; put: (item: Item) => void; drop: () => void }) {
  const { t } = useI18n();
  return (
    <fieldset style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }}>
      <legend className="kh-hidden">{t('entry.question', { n })}</legend>
      <Stack gap="xs">
        <Group align="end" wrap="nowrap">
          <TextInput label={t('entry.question', { n })} value={item.question} onChange={(e) => put({ ...item, question: e.currentTarget.value })} flex={1} dir="auto" maxLength={1000} />
          <Button variant="subtle" color="brick" aria-label={t('entry.drop', { n })} onClick={drop}>
            {t('remove')}
          </Button>
        </Group>
        {item.options.map((option, k) => (
          <Group key={k} gap="sm" wrap="nowrap">
            <Radio name={`right-${n}`} aria-label={t('quizzes.right_of', { n: k + 1, item: n })} checked={item.answer === k} onChange={() => put({ ...item, answer: k })} />
            <TextInput aria-label={t('quizzes.option_of', { n: k + 1, item: n })} value={option} onChange={(e) => put({ ...item, options: item.options.map((old, m) => (m === k ? e.currentTarget.value : old)) })} flex={1} dir="auto" />
          </Group>
        ))}
        <div>
          <Button variant="subtle" size="compact-sm" disabled={item.options.length >= 10} onClick={() => put({ ...item, options: [...item.options, ''] })} aria-label={`${t('entry.add_option')}: ${t('entry.question', { n })}`}>
            {t('entry.add_option')}
          </Button>
        </div>
      </Stack>
    </fieldset>
  );
}
