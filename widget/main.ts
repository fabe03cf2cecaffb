import './app/app.ts';
import { installTheme } from './style/theme.ts';

installTheme();
