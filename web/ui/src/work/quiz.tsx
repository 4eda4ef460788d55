import { ApiError, client, key, type Schemas, useDraft, useI18n, useWrite } from '@kit/index';
import { Alert, Button, Group, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';

/** The program's test: one option a question. What was chosen is kept until it is handed in. */
export function Quiz({ program, quiz, passed }: { program: string; quiz: Schemas['Quiz']; passed: () => void }) {
  const { t } = useI18n();
  const [chosen, setChosen, clear] = useDraft<Record<string, string>>(`quiz.${program}.${quiz.version}`, {});
  const [result, setResult] = useState<Schemas['QuizAttempt'] | null>(null);
  const take = useWrite(
    async () => {
      const answers = quiz.questions.map((_, i) => Number(chosen[i]));
      return (await client.POST('/api/v1/programs/{program}/application/quiz', { params: { path: { program } }, body: { version: quiz.version, answers } })).data!;
    },
    {
      stale: [key('/api/v1/programs/{program}/application'), key('/api/v1/me/enrolments')],
      after: (attempt) => {
        clear();
        setResult(attempt);
        if (attempt.passed) passed();
      },
      failed: (error) => {
        // taken before, and passed: nothing is left to do here
        if (error instanceof ApiError && error.code === 'conflict') passed();
        return error instanceof ApiError && error.code === 'conflict';
      },
    },
  );
  if (result && !result.passed) {
    return (
      <Alert color="honey" title={t('quiz.failed')}>
        {t('quiz.failed.text', { score: result.score, of: quiz.questions.length })}
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
