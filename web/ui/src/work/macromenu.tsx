import { useI18n } from '@kit/index';
import { Button, Menu, Text, TextInput } from '@mantine/core';
import ScrollText from 'lucide-react/icons/scroll-text';
import { useState } from 'react';
import { Link } from 'wouter';
import { useMacros } from './macros';

/** One's kept answers, to be put into the text. */
export function MacroMenu({ insert }: { insert: (text: string) => void }) {
  const { t } = useI18n();
  const macros = useMacros();
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLocaleLowerCase();
  const found = (macros.data ?? []).filter((macro) => !wanted || `${macro.name} ${macro.text}`.toLocaleLowerCase().includes(wanted)).slice(0, 8);
  return (
    <Menu width={320} position="top-start" onClose={() => setSearch('')} returnFocus={false}>
      <Menu.Target>
        <Button variant="default" size="sm" leftSection={<ScrollText size={17} aria-hidden />}>
          {t('nav.macros')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {(macros.data?.length ?? 0) > 5 && <TextInput p={6} aria-label={t('macros.search')} placeholder={t('macros.search')} value={search} onChange={(e) => setSearch(e.currentTarget.value)} />}
        {found.map((macro) => (
          <Menu.Item key={macro.id} onClick={() => insert(macro.text)}>
            <strong>{macro.name}</strong>
            <Text size="sm" c="dimmed" lineClamp={1} dir="auto">
              {macro.text}
            </Text>
          </Menu.Item>
        ))}
        {!found.length && <Menu.Label>{t(wanted ? 'macros.none_found' : 'macros.none')}</Menu.Label>}
        <Menu.Divider />
        <Menu.Item component={Link} href="/macros">
          {t('macros.manage')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
