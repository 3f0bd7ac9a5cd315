"""Which of the tracks a sentence means."""

from tenet_ros.stages.preference.explicit import ExplicitPreference

__all__ = ['ExplicitPreference']
