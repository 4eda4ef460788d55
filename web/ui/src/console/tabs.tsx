import { type Entry, type Key, useI18n } from '@kit/index';
import Building2 from 'lucide-react/icons/building-2';
import Cog from 'lucide-react/icons/cog';
import Landmark from 'lucide-react/icons/landmark';
import ScrollText from 'lucide-react/icons/scroll-text';
import Send from 'lucide-react/icons/send';
import { useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import css from './console.module.css';
import { usePlace } from './place';

/** Ways between the screens of one subject; operators without a brand have theirs in the navigation. */
export function Tabs({ label, of }: { label: string; of: { to: string; label: Key }[] }) {
  const { t } = useI18n();
  const [location] = useLocation();
  const { brand } = usePlace();
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    // on a phone they are wider than the window
    const here = bar.current?.querySelector<HTMLElement>('[aria-current]');
    if (here) bar.current?.scrollTo({ left: here.offsetLeft - (bar.current.clientWidth - here.offsetWidth) / 2 });
  }, [location]);
  if (!brand) return null;
  return (
    <nav aria-label={label} className={css.tabs} ref={bar}>
      {of.map(({ to, label: name }) => (
        <Link key={to} href={to} aria-current={location === to ? 'page' : undefined}>
          {t(name)}
        </Link>
      ))}
    </nav>
  );
}

export const setupTabs: { to: string; label: Key }[] = [
  { to: '/setup', label: 'setup.checklist' },
  { to: '/setup/topics', label: 'setup.topics' },
  { to: '/setup/policies', label: 'setup.policies' },
  { to: '/setup/entry', label: 'setup.entry' },
  { to: '/setup/widget', label: 'setup.widget' },
];

export const operatorTabs: Entry[] = [
  { to: '/operator', label: 'operator.money', icon: Landmark, bar: true },
  { to: '/operator/brands', label: 'operator.brands', icon: Building2, bar: true },
  { to: '/operator/payouts', label: 'operator.payouts', icon: Send, bar: true },
  { to: '/operator/jobs', label: 'operator.jobs', icon: Cog, bar: true },
  { to: '/operator/audit', label: 'operator.audit', icon: ScrollText },
];
