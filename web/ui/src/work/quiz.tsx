import { $api, Await, client, key, Loading, type Schemas, useDraft, useFormat, useI18n, useNow, useWrite, When } from '@kit/index';
import { Alert, Button, Group, Radio, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { ExtraTime } from './extratime';
import { QuizItem } from './quizitem';

type Sitting = Schemas['Quiz'];

/** Whose quiz: a program's, one of its topics', or, without a program, the platform's. */
export type QuizOf = { program?: string; topic?: string };

const paths = { program: '/api/v1/programs/{program}/application/quiz', platform: '/api/v1/me/expert/quiz' } as const;

/** A quiz and where one stands with it, and what can be done there. */
export function useQuiz({ program = '', topic }: QuizOf) {
  const queries = useQueryClient();
  const own = { params: { path: { program }, query: topic ? { topic } : {} } };
  const ofProgram = $api.useQuery('get', paths.program, own, { enabled: !!program, retry: false });
  const ofPlatform = $api.useQuery('get', paths.platform, {}, { enabled: !program, retry: false });
  const stale = [key('/api/v1/programs/{program}/application/onboarding'), key('/api/v1/programs/{program}/application')];
  /** Shows what the service answered at once: the next item is on time. */
  const put = (sitting: Sitting) => {
    const { queryKey } = program ? $api.queryOptions('get', paths.program, own) : $api.queryOptions('get', paths.platform, {});
    queries.setQueryData(queryKey, sitting);
    if (!sitting.sitting) for (const queryKey of stale) void queries.invalidateQueries({ queryKey });
  };
  return {
    read: program ? ofProgram : ofPlatform,
    stale: [...stale, key(program ? paths.program : paths.platform)],
    begin: async () => put((program ? await client.POST('/api/v1/programs/{program}/application/quiz/begin', own) : await client.POST('/api/v1/me/expert/quiz/begin')).data!),
    answer: async (item: number, answer: number) => {
      const body = { item, answer };
      put((program ? await client.POST('/api/v1/programs/{program}/application/quiz/answer', { ...own, body }) : await client.POST('/api/v1/me/expert/quiz/answer', { body })).data!);
    },
    take: async (version: number, answers: number[]) => {
      const body = { version, answers };
      return program ? client.POST(paths.program, { ...own, body }) : client.POST(paths.platform, { body });
    },
  };
}

/** A quiz: what it is and what is measured, the items, and what came of it. */
export function Quiz(of: QuizOf) {
  const quiz = useQuiz(of);
  return (
    <Await read={quiz.read} loading={<Loading rows={1} />}>
      {(found) => (found.sitting ? <QuizItem key={`${found.sitting.attempt}.${found.sitting.item}`} of={of} quiz={found} sitting={found.sitting} answer={quiz.answer} stale={quiz.stale} /> : <Before of={of} quiz={found} />)}
    </Await>
  );
}

function Before({ of, quiz }: { of: QuizOf; quiz: Sitting }) {
  const { t } = useI18n();
  const { last } = quiz;
  const now = useNow(30_000); // when one may again comes by itself
  if (quiz.version === 0) return <Text c="dimmed">{t('quiz.none')}</Text>;
  if (last?.passed) return <Alert title={t('quiz.passed')}>{t('quiz.result', { score: last.score, of: quiz.of, needed: quiz.pass_mark })}</Alert>;
  return (
    <Stack>
      {last && <Failed quiz={quiz} last={last} />}
      {(quiz.may || (quiz.again_at !== null && Date.parse(quiz.again_at) <= now)) && (quiz.item_s > 0 ? <Timed of={of} quiz={quiz} /> : <AtOnce of={of} quiz={quiz} />)}
    </Stack>
  );
}

function Failed({ quiz, last }: { quiz: Sitting; last: Schemas['QuizAttempt'] }) {
  const { t } = useI18n();
  const left = quiz.attempts - quiz.tries;
  return (
    <Alert color="honey" title={t('quiz.failed')}>
      <Text>{t('quiz.result', { score: last.score, of: quiz.of, needed: quiz.pass_mark })}</Text>
      <Text>
        {left > 0 ? t('quiz.left', { count: left }) : t('quiz.failed.last')}{' '}
        {quiz.again_at && (
          <>
            {t('quiz.again')} <When at={quiz.again_at} absolute />
          </>
        )}
      </Text>
    </Alert>
  );
}

/** The rules of a quiz, before it begins. */
function Rules({ quiz }: { quiz: Sitting }) {
  const { t } = useI18n();
  const format = useFormat();
  return (
    <>
      <Text>{t('quiz.rules', { count: quiz.of, needed: quiz.pass_mark })}</Text>
      <Text size="sm" c="dimmed">
        {t('quiz.tries', { count: quiz.attempts - quiz.tries, of: quiz.attempts })} {quiz.retake_after_s > 0 && t('quiz.wait', { time: format.duration(quiz.retake_after_s, 'long') })}
      </Text>
    </>
  );
}

/** One item after the other, each with its time. */
function Timed({ of, quiz }: { of: QuizOf; quiz: Sitting }) {
  const { t } = useI18n();
  const format = useFormat();
  const { begin, stale } = useQuiz(of);
  const start = useWrite(begin, { stale });
  return (
    <Stack gap="sm">
      <Rules quiz={quiz} />
      <Text>{t('quiz.timed', { time: format.duration(quiz.item_s, 'long') })}</Text>
      <Text size="sm" c="dimmed">
        {t('quiz.measured')}
      </Text>
      <ExtraTime />
      <Group>
        <Button loading={start.isPending} onClick={() => start.mutate()}>
          {t('quiz.begin')}
        </Button>
      </Group>
    </Stack>
  );
}

/** All items together, without haste. What was chosen is kept until it is handed in. */
function AtOnce({ of, quiz }: { of: QuizOf; quiz: Sitting }) {
  const { t } = useI18n();
  const { take, stale } = useQuiz(of);
  const [chosen, setChosen, clear] = useDraft<Record<string, string>>(`quiz.${of.program ?? ''}.${of.topic ?? ''}.${quiz.version}.${quiz.tries}`, {});
  const hand = useWrite(() => take(quiz.version, quiz.questions.map((_, i) => Number(chosen[i]))), { stale, after: clear });
  const complete = quiz.questions.every((_, i) => chosen[i] !== undefined);
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        hand.mutate();
      }}
    >
      <Stack gap="lg">
        <div>
          <Rules quiz={quiz} />
          <Text size="sm" c="dimmed">
            {t('quiz.at_once')}
          </Text>
        </div>
        {quiz.questions.map((item, i) => (
          <Radio.Group key={i} label={`${i + 1}. ${item.question}`} value={chosen[i] ?? ''} onChange={(v) => setChosen({ ...chosen, [i]: v })} required dir="auto">
            <Stack gap="xs" mt="xs">
              {item.options.map((option, n) => (
                <Radio key={n} value={String(n)} label={option} />
              ))}
            </Stack>
          </Radio.Group>
        ))}
        <Group>
          <Button type="submit" disabled={!complete} loading={hand.isPending}>
            {t('quiz.hand_in')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
