"""The first config of a newcomer: what is asked, what is proposed, what is written."""
