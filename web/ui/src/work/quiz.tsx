import { client, key, type Schemas, useDraft, useI18n, useNow, useWrite } from '@kit/index';
import { Alert, Button, Group, Radio, Stack, Text } from '@mantine/core';

const tries = 3; // at one version of a quiz
const pause = 24 * 3600 * 1000; // until the next one

/** The program's test: one option a question. What was chosen is kept until it is handed in. */
export function Quiz({ program, quiz }: { program: string; quiz: Schemas['Quiz'] }) {
  const { t } = useI18n();
  const [chosen, setChosen, clear] = useDraft<Record<string, string>>(`quiz.${program}.${quiz.version}`, {});
  const take = useWrite(
    async () => {
      const answers = quiz.questions.map((_, i) => Number(chosen[i]));
      return (await client.POST('/api/v1/programs/{program}/application/quiz', { params: { path: { program } }, body: { version: quiz.version, answers } })).data!;
    },
    {
      stale: [key('/api/v1/programs/{program}/application/quiz'), key('/api/v1/programs/{program}/application')],
      after: clear,
    },
  );
  const now = useNow(60_000);
  const { last } = quiz;
  if (last && !last.passed && (last.attempt >= tries || Date.parse(last.taken_at) + pause > now)) {
    return (
      <Alert color="honey" title={t('quiz.failed')}>
        {t(last.attempt >= tries ? 'quiz.failed.last' : 'quiz.failed.text', { score: last.score, of: quiz.questions.length })}
      </Alert>
    );
  }
  const complete = quiz.questions.every((_, i) => chosen[i] !== undefined);
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        take.mutate();
      }}
    >
      <Stack gap="lg">
        <Text c="dimmed">{t('quiz.text', { count: quiz.questions.length })}</Text>
        {quiz.questions.map((item, i) => (
          <Radio.Group key={i} label={`${i + 1}. ${item.question}`} value={chosen[i] ?? ''} onChange={(v) => setChosen({ ...chosen, [i]: v })} required>
            <Stack gap="xs" mt="xs">
              {item.options.map((option, n) => (
                <Radio key={n} value={String(n)} label={option} />
              ))}
            </Stack>
          </Radio.Group>
        ))}
        <Group>
          <Button type="submit" disabled={!complete} loading={take.isPending}>
            {t('quiz.hand_in')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
