import { $api, Await, client, Empty, FormDialog, key, More, type Schemas, useConfirm, useDraft, useI18n, usePages, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Button, Checkbox, Group, Paper, Radio, Stack, Switch, Text, Textarea } from '@mantine/core';
import MessagesSquare from 'lucide-react/icons/messages-square';
import { useState } from 'react';

type Post = Schemas['RoomPost'];
type Reason = Schemas['ReportPostInBody']['reason'];

const listed = '/api/v1/programs/{program}/room';
const below = '/api/v1/programs/{program}/room/{post}/replies';
const stale = [key(listed), key(below)];
const reasons: Reason[] = ['customer_data', 'abuse', 'spam', 'other'];

/** What the experts of a program say to one another. */
export function Talk({ program }: { program: string }) {
  const { t } = useI18n();
  const [only, setOnly] = useState(false);
  const kind = only ? 'struggle' : '';
  const posts = usePages<Post>(listed, async (cursor) => (await client.GET(listed, { params: { path: { program }, query: { kind, cursor } } })).data!, { program, kind });
  return (
    <>
      <Say program={program} />
      <Checkbox label={t('talk.struggles_only')} checked={only} onChange={(e) => setOnly(e.currentTarget.checked)} />
      <Await read={posts}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={t('talk.none')} icon={<MessagesSquare size={28} />}>
              {t('talk.none.text')}
            </Empty>
          ) : (
            <>
              {rows.map((post) => (
                <Paper key={post.id} component="article">
                  <Said program={program} post={post} />
                </Paper>
              ))}
              <More of={posts} />
            </>
          )
        }
      </Await>
      <Leaving program={program} />
    </>
  );
}

function Say({ program }: { program: string }) {
  const { t } = useI18n();
  const [form, setForm, clear] = useDraft(`room.${program}`, { text: '', struggle: false });
  const say = useWrite(() => client.POST(listed, { params: { path: { program } }, body: { kind: form.struggle ? 'struggle' : 'post', text: form.text.trim() } }), { stale, after: clear });
  return (
    <Paper
      component="form"
      onSubmit={(e) => {
        e.preventDefault();
        say.mutate();
      }}
    >
      <Stack>
        <Textarea label={t('talk.say')} description={t('talk.say.text')} value={form.text} onChange={(e) => setForm({ ...form, text: e.currentTarget.value })} autosize minRows={3} maxLength={4000} required dir="auto" />
        <Group justify="space-between">
          <Checkbox label={t('talk.struggle')} checked={form.struggle} onChange={(e) => setForm({ ...form, struggle: e.currentTarget.checked })} />
          <Button type="submit" loading={say.isPending} disabled={!form.text.trim()}>
            {t('talk.send')}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

/** One post, with what was replied where one looks. */
function Said({ program, post }: { program: string; post: Post }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const reply = post.kind === 'reply';
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <strong dir="ltr">{post.handle || t('talk.left')}</strong>
        {post.speaks && <Badge>{t('talk.speaks')}</Badge>}
        {post.kind === 'struggle' && <Badge color="honey">{t('talk.struggled')}</Badge>}
        <Text size="sm" c="dimmed">
          <When at={post.posted_at} />
        </Text>
      </Group>
      {post.hidden && <Text c="dimmed">{t('talk.hidden')}</Text>}
      {post.text && (
        <Text dir="auto" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {post.text}
        </Text>
      )}
      <Group gap="xs">
        {!reply && (
          <Button size="compact-md" variant="light" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t('talk.replies', { n: post.replies })}
          </Button>
        )}
        {post.own ? <Remove program={program} post={post} /> : <Report program={program} post={post} />}
      </Group>
      {open && <Replies program={program} post={post} />}
    </Stack>
  );
}

function Replies({ program, post }: { program: string; post: Post }) {
  const { t } = useI18n();
  const params = { program, post: post.id };
  const replies = usePages<Post>(below, async (cursor) => (await client.GET(below, { params: { path: params, query: { cursor } } })).data!, params);
  const [text, setText, clear] = useDraft(`room.${program}.${post.id}`, '');
  const send = useWrite(() => client.POST(below, { params: { path: params }, body: { text: text.trim() } }), { stale, after: clear });
  return (
    <Stack ps="md" style={{ borderInlineStart: '2px solid var(--mantine-color-default-border)' }}>
      <Await read={replies}>
        {(rows) => (
          <>
            {rows.map((row) => (
              <Said key={row.id} program={program} post={row} />
            ))}
            <More of={replies} />
          </>
        )}
      </Await>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          send.mutate();
        }}
      >
        <Stack gap="xs">
          <Textarea label={t('talk.reply')} value={text} onChange={(e) => setText(e.currentTarget.value)} autosize minRows={2} maxLength={4000} required dir="auto" />
          <Group justify="flex-end">
            <Button type="submit" size="compact-md" loading={send.isPending} disabled={!text.trim()}>
              {t('talk.send')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Stack>
  );
}

function Remove({ program, post }: { program: string; post: Post }) {
  const { t } = useI18n();
  const confirm = useConfirm();
  const remove = useWrite(() => client.DELETE('/api/v1/programs/{program}/room/{post}', { params: { path: { program, post: post.id } } }), { stale, done: t('saved') });
  return (
    <>
      <Button size="compact-md" variant="subtle" color="gray" onClick={() => confirm.ask({ title: t('talk.remove'), yes: t('remove'), danger: true, act: () => remove.mutateAsync() })}>
        {t('remove')}
      </Button>
      {confirm.dialog}
    </>
  );
}

function Report({ program, post }: { program: string; post: Post }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState<Reason | ''>('');
  const report = useWrite((why: Reason) => client.POST('/api/v1/programs/{program}/room/{post}/report', { params: { path: { program, post: post.id } }, body: { reason: why } }), {
    stale,
    done: t('talk.reported'),
    after: () => setOpen(false),
  });
  if (post.reported)
    return (
      <Text size="sm" c="dimmed">
        {t('talk.reported')}
      </Text>
    );
  return (
    <>
      <Button size="compact-md" variant="subtle" color="gray" onClick={() => setOpen(true)}>
        {t('talk.report')}
      </Button>
      <FormDialog open={open} close={() => setOpen(false)} title={t('talk.report')} busy={report.isPending} disabled={!reason} send={() => reason && report.mutate(reason)}>
        <Text>{t('talk.report.text')}</Text>
        <Radio.Group label={t('talk.report.why')} value={reason} onChange={(value) => setReason(value as Reason)}>
          <Stack gap="xs" mt="xs">
            {reasons.map((value) => (
              <Radio key={value} value={value} label={t(`talk.report.${value}`)} />
            ))}
          </Stack>
        </Radio.Group>
      </FormDialog>
    </>
  );
}

/** What becomes of one's words when one leaves the program. */
function Leaving({ program }: { program: string }) {
  const { t } = useI18n();
  const params = { params: { path: { program } } };
  const choice = $api.useQuery('get', '/api/v1/programs/{program}/room_choice', params);
  const set = useWrite((erase: boolean) => client.PUT('/api/v1/programs/{program}/room_choice', { ...params, body: { erase } }), {
    stale: [key('/api/v1/programs/{program}/room_choice')],
    done: t('saved'),
  });
  return (
    <Paper>
      <h2 className={layout.subject}>{t('talk.leaving')}</h2>
      <Await read={choice}>{({ erase }) => <Switch checked={erase} disabled={set.isPending} onChange={(e) => set.mutate(e.currentTarget.checked)} label={t('talk.erase')} description={t('talk.erase.text')} />}</Await>
    </Paper>
  );
}
