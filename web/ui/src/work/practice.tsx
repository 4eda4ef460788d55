import { $api, Await, client, key, type Schemas, useDraft, useI18n, useWrite, When } from '@kit/index';
import { Badge, Button, Group, Stack, Text, Textarea } from '@mantine/core';
import css from './work.module.css';

/** Made-up questions, what one answered, and what somebody of the brand said of it. */
export function Practice({ program }: { program: string }) {
  const { t } = useI18n();
  const tasks = $api.useQuery('get', '/api/v1/programs/{program}/application/practice', { params: { path: { program } } });
  return (
    <Await read={tasks}>
      {({ data }) => (
        <Stack gap="lg">
          <Text size="sm" c="dimmed">
            {t('practice.text')}
          </Text>
          {data.map((task, i) => (
            <Task key={task.id} n={i + 1} program={program} task={task} />
          ))}
        </Stack>
      )}
    </Await>
  );
}

function Task({ n, program, task }: { n: number; program: string; task: Schemas['OwnPractice'] }) {
  const { t } = useI18n();
  const waits = task.answers.some((answer) => answer.passed === null);
  return (
    <section className={css.task} aria-label={t('practice.task', { n })}>
      <p className={css.taskq} dir="auto">
        {task.question}
      </p>
      {task.answers.map((answer) => (
        <Answered key={answer.attempt} answer={answer} />
      ))}
      {task.left > 0 && !waits && <Form key={task.answers.length} program={program} task={task} />}
      {task.left === 0 && !task.answers.some((answer) => answer.passed) && <Text c="dimmed">{t('practice.no_more')}</Text>}
    </section>
  );
}

function Answered({ answer }: { answer: Schemas['OwnPracticeAnswer'] }) {
  const { t } = useI18n();
  const state = answer.passed === null ? 'waits' : answer.passed ? 'passed' : 'failed';
  return (
    <article className={css.tried}>
      <Group gap="xs">
        <Badge color={{ waits: 'gray', passed: 'pine', failed: 'honey' }[state]}>{t(`practice.${state}`)}</Badge>
        <Text size="sm" c="dimmed" component="span">
          <When at={answer.judged_at ?? answer.submitted_at} />
        </Text>
      </Group>
      <Text dir="auto" style={{ whiteSpace: 'pre-wrap' }}>
        {answer.text}
      </Text>
      {answer.note && (
        <div>
          <strong>{t('practice.note')}</strong>
          <Text dir="auto">{answer.note}</Text>
        </div>
      )}
    </article>
  );
}

function Form({ program, task }: { program: string; task: Schemas['OwnPractice'] }) {
  const { t } = useI18n();
  const [text, setText, clear] = useDraft(`practice.${task.id}.${task.answers.length}`, '');
  const send = useWrite(() => client.POST('/api/v1/programs/{program}/application/practice/{task}', { params: { path: { program, task: task.id } }, body: { text: text.trim() } }), {
    stale: ['/practice', '/onboarding', ''].map((rest) => key(`/api/v1/programs/{program}/application${rest}`)),
    done: t('practice.sent'),
    after: clear,
  });
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        send.mutate();
      }}
    >
      <Textarea label={t('practice.answer')} description={t('practice.left', { count: task.left })} value={text} onChange={(e) => setText(e.currentTarget.value)} autosize minRows={3} maxLength={16_000} required dir="auto" />
      <Button type="submit" mt="sm" loading={send.isPending} disabled={!text.trim()}>
        {t('practice.send')}
      </Button>
    </form>
  );
}
