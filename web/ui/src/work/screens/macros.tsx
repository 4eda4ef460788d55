import { Await, Empty, Page, useConfirm, useDraft, useI18n } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Button, Group, Modal, Paper, Stack, Text, Textarea, TextInput } from '@mantine/core';
import Plus from 'lucide-react/icons/plus';
import ScrollText from 'lucide-react/icons/scroll-text';
import { useState } from 'react';
import { type Macro, useForgetMacro, useKeepMacro, useMacros } from '../macros';
import css from '../work.module.css';

/** The answers one keeps to use again. */
export default function Macros() {
  const { t } = useI18n();
  const macros = useMacros();
  const [open, setOpen] = useState<Macro | 'new' | null>(null);
  const forget = useForgetMacro();
  const confirm = useConfirm();
  const add = (
    <Button leftSection={<Plus size={18} aria-hidden />} onClick={() => setOpen('new')}>
      {t('macros.add')}
    </Button>
  );
  return (
    <Page title={t('nav.macros')} about={t('macros.about')} actions={macros.data?.length ? add : undefined}>
      <Await read={macros}>
        {(list) =>
          list.length === 0 ? (
            <Empty title={t('macros.none')} icon={<ScrollText size={28} />} action={add}>
              {t('macros.none.text')}
            </Empty>
          ) : (
            <ul className={css.grid}>
              {list.map((macro) => (
                <li key={macro.id}>
                  <Paper h="100%" p="md">
                    <Stack gap="xs" h="100%">
                      <h2 className={layout.subject} style={{ margin: 0 }}>
                        {macro.name}
                      </h2>
                      <Text lineClamp={4} c="dimmed" dir="auto" style={{ flex: 1, whiteSpace: 'pre-wrap' }}>
                        {macro.text}
                      </Text>
                      <Group gap="xs">
                        <Button size="compact-md" variant="light" onClick={() => setOpen(macro)} aria-label={`${t('edit')}: ${macro.name}`}>
                          {t('edit')}
                        </Button>
                        <Button
                          size="compact-md"
                          variant="subtle"
                          color="gray"
                          aria-label={`${t('remove')}: ${macro.name}`}
                          onClick={() => confirm.ask({ title: t('macros.forget', { name: macro.name }), yes: t('remove'), danger: true, act: () => forget.mutateAsync(macro.id) })}
                        >
                          {t('remove')}
                        </Button>
                      </Group>
                    </Stack>
                  </Paper>
                </li>
              ))}
            </ul>
          )
        }
      </Await>
      {confirm.dialog}
      <Modal opened={open !== null} onClose={() => setOpen(null)} title={t(open === 'new' ? 'macros.add' : 'edit')} size="lg">
        {open && <Form macro={open === 'new' ? undefined : open} close={() => setOpen(null)} />}
      </Modal>
    </Page>
  );
}

function Form({ macro, close }: { macro: Macro | undefined; close: () => void }) {
  const { t } = useI18n();
  const [text, setText, clear] = useDraft(`macro.${macro?.id ?? 'new'}`, { name: macro?.name ?? '', text: macro?.text ?? '', language: macro?.language ?? '' });
  const keep = useKeepMacro(t('saved'), () => {
    clear();
    close();
  });
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        keep.mutate({ id: macro?.id, ...text });
      }}
    >
      <Stack>
        <TextInput label={t('macros.name')} description={t('macros.name.text')} value={text.name} onChange={(e) => setText({ ...text, name: e.currentTarget.value })} required maxLength={100} data-autofocus />
        <Textarea label={t('macros.text')} value={text.text} onChange={(e) => setText({ ...text, text: e.currentTarget.value })} required autosize minRows={5} maxRows={16} maxLength={16_384} dir="auto" />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={keep.isPending}>
            {t('save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
