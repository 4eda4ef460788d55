import { $api, client, key, useI18n, useWrite } from '@kit/index';
import { Select } from '@mantine/core';

const choices = [0, 50, 100, 300, 900] as const;

/** More time in timed quizzes, which one need not justify: for the item that is shown too (WCAG 2.2.1). */
export function ExtraTime() {
  const { t } = useI18n();
  const expert = $api.useQuery('get', '/api/v1/me/expert');
  const set = useWrite(async (percent: number) => client.PUT('/api/v1/me/expert/extra_time', { body: { percent } }), {
    stale: [key('/api/v1/me/expert'), key('/api/v1/me/expert/quiz'), key('/api/v1/programs/{program}/application/quiz')],
    done: t('saved'),
  });
  const value = expert.data?.extra_time_pct ?? 0;
  const known = choices.some((n) => n === value) ? choices : [...choices, value].sort((a, b) => a - b);
  return (
    <Select
      label={t('time.title')}
      description={t('time.text')}
      data={known.map((n) => ({ value: String(n), label: (choices as readonly number[]).includes(n) ? t(`time.${n as 0}`) : `+${n} %` }))}
      value={String(value)}
      onChange={(n) => n !== null && set.mutate(Number(n))}
      disabled={!expert.data || set.isPending}
      allowDeselect={false}
      maw={320}
    />
  );
}
