import { type Entry, type Screen, screen } from '@kit/index';
import BellRing from 'lucide-react/icons/bell-ring';
import CalendarClock from 'lucide-react/icons/calendar-clock';
import ChartNoAxesColumn from 'lucide-react/icons/chart-no-axes-column';
import ClipboardCheck from 'lucide-react/icons/clipboard-check';
import Coins from 'lucide-react/icons/coins';
import Inbox from 'lucide-react/icons/inbox';
import Layers from 'lucide-react/icons/layers';
import MessagesSquare from 'lucide-react/icons/messages-square';
import ScrollText from 'lucide-react/icons/scroll-text';
import Scale from 'lucide-react/icons/scale';
import ShieldCheck from 'lucide-react/icons/shield-check';
import UserRound from 'lucide-react/icons/user-round';
import Offers from './screens/offers';

/** A screen is a file in screens and a line here. */
export const screens: Screen[] = [
  { path: '/', screen: Offers },
  { path: '/turns', screen: screen(() => import('./screens/turns')) },
  { path: '/turns/:assignment', screen: screen(() => import('./screens/workbench')) },
  { path: '/turns/:assignment/receipt', screen: screen(() => import('./screens/receipt')) },
  { path: '/earnings', screen: screen(() => import('./screens/earnings')) },
  { path: '/statements', screen: screen(() => import('./screens/statements')) },
  { path: '/statements/:month/:currency', screen: screen(() => import('./screens/statement')) },
  { path: '/standing', screen: screen(() => import('./screens/standing')) },
  { path: '/programs', screen: screen(() => import('./screens/programs')) },
  { path: '/programs/:program', screen: screen(() => import('./screens/program')) },
  { path: '/programs/:program/room', screen: screen(() => import('./screens/room')) },
  { path: '/programs/:program/quiz/:topic', screen: screen(() => import('./screens/topicquiz')) },
  { path: '/reviewing', screen: screen(() => import('./screens/reviewing')) },
  { path: '/reviewing/:vote', screen: screen(() => import('./screens/vote')) },
  { path: '/hours', screen: screen(() => import('./screens/hours')) },
  { path: '/refusals', screen: screen(() => import('./screens/refusals')) },
  { path: '/macros', screen: screen(() => import('./screens/macros')) },
  { path: '/notifications', screen: screen(() => import('./screens/notifications')) },
  { path: '/profile', screen: screen(() => import('./screens/profile')) },
  { path: '/security', screen: screen(() => import('./screens/security')) },
];

/** What the navigation shows; bar: also on a phone's bar. */
export const entries: Entry[] = [
  { to: '/', label: 'nav.offers', icon: Inbox, bar: true },
  { to: '/turns', label: 'nav.turns', icon: MessagesSquare, bar: true },
  { to: '/earnings', label: 'nav.earnings', icon: Coins, bar: true },
  { to: '/standing', label: 'nav.standing', icon: ChartNoAxesColumn, bar: true },
  { to: '/programs', label: 'nav.programs', icon: Layers },
  { to: '/reviewing', label: 'nav.reviewing', icon: ClipboardCheck },
  { to: '/refusals', label: 'nav.refusals', icon: Scale },
  { to: '/macros', label: 'nav.macros', icon: ScrollText },
  { to: '/hours', label: 'nav.hours', icon: CalendarClock, group: 'nav.you' },
  { to: '/notifications', label: 'nav.notifications', icon: BellRing, group: 'nav.you' },
  { to: '/profile', label: 'nav.profile', icon: UserRound, group: 'nav.you' },
  { to: '/security', label: 'nav.security', icon: ShieldCheck, group: 'nav.you' },
];

