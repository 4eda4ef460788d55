import { client, key, Page, type Schemas, useFormat, useI18n, useWrite } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Button, NumberInput, Switch, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { usePlace } from '../place';
import { Group, MoneyInput, Percent, Span } from '../policyfields';
import { Rewards } from '../rewards';
import { setupTabs, Tabs } from '../tabs';
import { TryReward } from '../tryreward';

type All = Schemas['Policies'];

/** What the brand promises and pays, and how work is checked. */
export default function Policies() {
  const { t } = useI18n();
  const { program } = usePlace();
  if (!program) return null;
  return (
    <Page title={t('setup.policies')} about={t('policies.about')}>
      <Tabs label={t('setup.title')} of={setupTabs} />
      <Form key={program.id} program={program} />
    </Page>
  );
}

const lines = ['correct', 'complete', 'kind', 'safe', 'honest', 'tone'] as const;
const minutes = 60;
const hours = 3600;
const days = 86_400;

function Form({ program }: { program: Schemas['Program'] }) {
  const { t } = useI18n();
  const { may } = usePlace();
  const [of, setOf] = useState<All>(program.policies);
  const changed = JSON.stringify(of) !== JSON.stringify(program.policies);
  const save = useWrite(() => client.PUT('/api/v1/programs/{program}/policies', { params: { path: { program: program.id } }, body: of }), {
    stale: [key('/api/v1/brands/{brand}/programs'), key('/api/v1/programs/{program}/checklist')],
    done: t('saved'),
  });
  const put = <G extends keyof All>(group: G, values: Partial<All[G]>) => setOf({ ...of, [group]: { ...of[group], ...values } });
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate();
      }}
    >
      <fieldset disabled={!may('manage_program')} className={layout.stack} style={{ border: 0, margin: 0, padding: 0 }}>
        <Reward of={of} currency={program.currency} put={(values) => put('reward', values)} />
        <Rewards of={of.reward} currency={program.currency} put={(values) => put('reward', values)} />
        <TryReward of={of.reward} program={program.id} />
        <Group title={t('policies.sla')} text={t('policies.sla.text')}>
          <Span label={t('policies.first_response')} unit={minutes} unitName={t('unit.minutes')} value={of.sla.first_response_s} set={(first_response_s) => put('sla', { first_response_s })} />
          <Span label={t('policies.resolution')} unit={hours} unitName={t('unit.hours')} value={of.sla.resolution_s} set={(resolution_s) => put('sla', { resolution_s })} />
          <Span label={t('policies.nudge')} unit={hours} unitName={t('unit.hours')} value={of.sla.nudge_after_s} set={(nudge_after_s) => put('sla', { nudge_after_s })} />
          <Span label={t('policies.auto_resolve')} unit={hours} unitName={t('unit.hours')} value={of.sla.auto_resolve_after_s} set={(auto_resolve_after_s) => put('sla', { auto_resolve_after_s })} />
        </Group>
        <Group title={t('policies.routing')} text={t('policies.routing.text')}>
          <Span label={t('policies.offer_ttl')} unit={minutes} unitName={t('unit.minutes')} value={of.routing.offer_ttl_s} set={(offer_ttl_s) => put('routing', { offer_ttl_s })} />
          <Span label={t('policies.deliver')} unit={minutes} unitName={t('unit.minutes')} value={of.routing.deliver_within_s} set={(deliver_within_s) => put('routing', { deliver_within_s })} />
          <NumberInput label={t('policies.max_experts')} min={1} max={100} allowDecimal={false} value={of.routing.max_experts} onChange={(n) => put('routing', { max_experts: Number(n) })} />
          <Switch label={t('policies.matters')} description={t('policies.matters.text')} checked={of.routing.brand_matters ?? false} onChange={(e) => put('routing', { brand_matters: e.currentTarget.checked })} />
          <TextInput label={t('policies.waves')} description={t('policies.waves.text')} value={of.routing.wave_sizes.join(', ')} onChange={(e) => put('routing', { wave_sizes: numbersIn(e.currentTarget.value) })} />
        </Group>
        <Group title={t('policies.review')} text={t('policies.review.text')}>
          <Percent label={t('policies.sample')} value={of.review.sample_bp} set={(sample_bp) => put('review', { sample_bp })} />
          <Span label={t('policies.release')} unit={days} unitName={t('unit.days')} value={of.review.release_after_s} set={(release_after_s) => put('review', { release_after_s })} />
          <Span label={t('policies.appeal')} unit={days} unitName={t('unit.days')} value={of.review.appeal_window_s} set={(appeal_window_s) => put('review', { appeal_window_s })} />
          <Span label={t('policies.decide')} unit={days} unitName={t('unit.days')} value={of.review.decide_appeal_within_s} set={(decide_appeal_within_s) => put('review', { decide_appeal_within_s })} />
        </Group>
        <Group title={t('policies.rubric')} text={t('policies.rubric.text')}>
          {lines.map((line) => (
            <Textarea key={line} label={t(`criterion.${line}`)} autosize minRows={2} maxLength={500} dir="auto" value={of.rubric?.[line] ?? ''} onChange={(e) => setOf({ ...of, rubric: { ...of.rubric, [line]: e.currentTarget.value } })} />
          ))}
        </Group>
        <Group title={t('policies.escalation')} text={t('policies.escalation.text')}>
          <TextInput label={t('policies.target')} value={of.escalation.target} onChange={(e) => put('escalation', { target: e.currentTarget.value })} />
        </Group>
        <div>
          <Button type="submit" size="md" loading={save.isPending} disabled={!changed}>
            {t('save')}
          </Button>
        </div>
      </fieldset>
    </form>
  );
}

/** What an answer pays, with the sum as the expert and the brand will see it. */
function Reward({ of, currency, put }: { of: All; currency: string; put: (values: Partial<All['reward']>) => void }) {
  const { t } = useI18n();
  const format = useFormat();
  const sum = (minor: number) => format.money({ amount: minor, currency });
  const fee = Math.round((of.reward.base * of.reward.fee_bp) / 10_000);
  return (
    <Group title={t('policies.reward')} text={t('policies.quote', { reward: sum(of.reward.base), fee: sum(fee), total: sum(of.reward.base + fee) })}>
      <MoneyInput label={t('policies.base')} currency={currency} value={of.reward.base} set={(base) => put({ base })} />
      <Percent label={t('policies.fee')} value={of.reward.fee_bp} set={(fee_bp) => put({ fee_bp })} />
      <MoneyInput label={t('policies.per_review')} currency={currency} value={of.reward.review} set={(review) => put({ review })} />
      <Percent label={t('policies.handoff')} value={of.reward.handoff_share_bp} set={(handoff_share_bp) => put({ handoff_share_bp })} />
    </Group>
  );
}

function numbersIn(text: string): number[] {
  return (text.match(/\d+/g) ?? []).map(Number);
}
