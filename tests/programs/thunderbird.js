// Run inside Thunderbird, where calendars are its own: what the page of a calendar asks, asked by a test.
const [question, ...asked] = arguments;
const answer = arguments[arguments.length - 1];

const subscribed = cal => cal.manager.getCalendars().find(calendar => calendar.type != "storage");
const answers = {
  /** As the dialog does it in which a person gives the address; once, since the profile keeps it. */
  async subscribe(cal, address, token) {
    if (subscribed(cal)) {
      return true;
    }
    const user = token && "anybody";
    if (token) {
      const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
      login.init(address, null, "Exchange calendar", user, token, "", "");
      await Services.logins.addLoginAsync(login);
    }
    const found = await cal.provider.detection.detect(user, token, address, false, [], {});
    for (const calendar of [...found.values()].flat()) {
      calendar.setProperty("cache.enabled", true);
      cal.manager.registerCalendar(calendar);
    }
    return true;
  },

  refresh(cal) {
    subscribed(cal).refresh();
    return true;
  },

  /** Start, end, title, STATUS and TRANSP of every occurrence, times in UTC. */
  async shown(cal, first, last) {
    const wanted = Ci.calICalendar.ITEM_FILTER_ALL_ITEMS | Ci.calICalendar.ITEM_FILTER_CLASS_OCCURRENCES;
    const [from, until] = [first, last].map(moment => cal.createDateTime(moment));
    const written = moment => (moment.isDate ? moment : moment.getInTimezone(cal.dtz.UTC)).icalString;
    const items = await subscribed(cal).getItemsAsArray(wanted, 0, from, until);
    return items.map(item => [
      written(item.startDate),
      written(item.endDate),
      item.title,
      item.status,
      item.getProperty("TRANSP"),
    ]);
  },
};

(async () => {
  const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
  return answers[question](cal, ...asked);
})().then(
  value => answer({ value }),
  error => answer({ fault: `${error}` })
);
