"""The store: inbox, conversations, outbox, actions, timers, staff. Implements what dialogue and worker ask for."""
