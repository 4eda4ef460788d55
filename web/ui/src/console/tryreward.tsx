import { $api, Await, PayLines, type Schemas, useFormat, useI18n } from '@kit/index';
import { NumberInput, Select, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData } from '@tanstack/react-query';
import { useState } from 'react';
import { Group } from './policyfields';
import { useKinds } from './rewards';

/** An example: what an expert would be offered by a policy that may not be saved. */
export function TryReward({ of, program }: { of: Schemas['RewardPolicy']; program: string }) {
  const { t } = useI18n();
  const format = useFormat();
  const kinds = useKinds();
  const [kind, setKind] = useState({ topic: '', language: '', minutes: 6, waiting: 6, hands: 3, country: '', at: '' });
  const put = (values: Partial<typeof kind>) => setKind({ ...kind, ...values });
  const [asked] = useDebouncedValue({ of, kind }, 300);
  const at = asked.kind.at ? new Date(asked.kind.at) : null;
  const quote = $api.useQuery(
    'post',
    '/api/v1/programs/{program}/quote',
    {
      params: { path: { program } },
      body: {
        reward: asked.of,
        effort_s: Math.round(asked.kind.minutes * 60),
        waiting: asked.kind.waiting,
        hands: asked.kind.hands,
        ...(asked.kind.topic && { topic: asked.kind.topic }),
        ...(asked.kind.language && { language: asked.kind.language }),
        ...(asked.kind.country.length === 2 && { country: asked.kind.country }),
        ...(at && !Number.isNaN(at.getTime()) && { at: at.toISOString() }),
      },
    },
    { placeholderData: keepPreviousData, retry: false },
  );
  const count = (label: string, value: number, set: (n: number) => void, most: number, suffix?: string) => (
    <NumberInput label={label} min={0} max={most} allowDecimal={false} value={value} onChange={(n) => set(Number(n))} suffix={suffix && ` ${suffix}`} />
  );
  const any = { value: '', label: t('rewards.try.any') };
  return (
    <Group title={t('rewards.try')} text={t('rewards.try.text')}>
      <Select label={t('rewards.try.topic')} data={[any, ...kinds.topics.map((x) => ({ value: x.slug, label: x.name }))]} value={kind.topic} onChange={(topic) => put({ topic: topic ?? '' })} allowDeselect={false} />
      <Select label={t('rewards.try.language')} data={[any, ...kinds.languages.map((tag) => ({ value: tag, label: format.language(tag) }))]} value={kind.language} onChange={(language) => put({ language: language ?? '' })} allowDeselect={false} />
      {count(t('rewards.try.minutes'), kind.minutes, (minutes) => put({ minutes }), 10_080, t('unit.minutes'))}
      {count(t('rewards.try.waiting'), kind.waiting, (waiting) => put({ waiting }), 5_000)}
      {count(t('rewards.try.hands'), kind.hands, (hands) => put({ hands }), 100_000)}
      <TextInput label={t('rewards.try.country')} description={t('rewards.country')} value={kind.country} maxLength={2} onChange={(e) => put({ country: e.currentTarget.value.toUpperCase().replace(/[^A-Z]/g, '') })} />
      <TextInput type="datetime-local" label={t('rewards.try.at')} value={kind.at} onChange={(e) => put({ at: e.currentTarget.value })} />
      <div style={{ gridColumn: '1 / -1' }} aria-live="polite">
        <Await read={quote}>
          {(said) => (
            <>
              <Text fw={600} mb={6}>
                {t('rewards.try.offered', { reward: format.money(said.reward) })}
              </Text>
              <PayLines of={said.items} currency={said.reward.currency} />
              <Text size="sm" c="dimmed" mt={6}>
                {t('rewards.try.held', { held: format.money(said.held) })}
              </Text>
            </>
          )}
        </Await>
      </div>
    </Group>
  );
}
