"""A neighbor that takes every connection vipgate makes, keeps each session alive, and judges what it is told."""

import contextlib
import threading

from lab.bgp_peer import Peer


class Recorder:
    """Listens at ADDRESS in HOST until the lab closes. Its sessions stand in SESSIONS, oldest first, also those that
    have ended; ALIVE is what it does with the next connection: it refuses them while that is false."""

    HOLD_TIME = 9

    def __init__(self, lab, host, address, asn):
        self.sessions = []
        self._ended = threading.Event()
        self._peer = Peer(lab, host, address, asn=asn, hold_time=self.HOLD_TIME)
        lab.on_close(self._ended.set)
        threading.Thread(target=self._accept, daemon=True).start()

    # -- what stands

    def session(self):
        """The newest session that is up, or None."""
        return next((one for one in reversed(self.sessions) if not one.closed), None)

    def routes(self):
        """{prefix: AS path} as the newest session has it; empty without one."""
        session = self.session()
        return {prefix: route.as_path for prefix, route in session.routes().items()} if session else {}

    # -- what is judged

    def repeats(self):
        """What was said and stood already: announcements of what the neighbor has, withdrawals of what it has not."""
        return [fault for session in list(self.sessions) for fault in _repeats(session)]

    def changes(self, prefix, since):
        """How often PREFIX changed within sessions since SINCE, of the monotonic clock; what a session begins with is
        no change."""
        return sum(_changes(session, prefix, since) for session in list(self.sessions))

    # -- what is done to vipgate

    def reset(self):
        """The machine of the neighbor has lost everything."""
        with self._each() as session:
            session.reset()

    def close(self):
        with self._each() as session:
            session.close()

    def stop_reading(self):
        with self._each() as session:
            session.stop_reading()

    def resume_reading(self):
        for session in self.sessions:
            session.resume_reading()

    def fall_silent(self):
        with self._each() as session:
            session.fall_silent()

    def refuse(self):
        self._peer.refuse()

    def listen(self):
        self._peer.listen()

    @contextlib.contextmanager
    def _each(self):
        session = self.session()
        with contextlib.suppress(OSError, AttributeError):
            yield session

    def _accept(self):
        while not self._ended.wait(0.01):
            # Refusing takes the listener away under our feet.
            with contextlib.suppress(AssertionError, OSError, AttributeError):
                session = self._peer.accept(deadline=0.5)
                threading.Thread(target=self._establish, args=(session,), daemon=True).start()

    def _establish(self, session):
        try:
            session.establish()
            self.sessions.append(session)
        except AssertionError:
            session.close()


def _repeats(session):
    standing, found = {}, []
    for update in session.updates():
        for prefix in update.withdrawn:
            if standing.pop(prefix, None) is None:
                found.append(f"{session.peer.address}: withdrawn without being announced: {prefix}")
        for prefix in update.announced:
            if standing.get(prefix) == update.attributes:
                found.append(f"{session.peer.address}: announced again unchanged: {prefix}")
            standing[prefix] = update.attributes
    return found


def _changes(session, prefix, since):
    known, count = False, 0
    for update in session.updates():
        for _ in range(update.withdrawn.count(prefix) + update.announced.count(prefix)):
            count += known and update.time >= since
            known = True
    return count
