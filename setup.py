from glob import glob

from setuptools import setup

PACKAGE = 'tenet_ros'

# python_requires stands here and not in setup.cfg: colcon reads the options of a package as Python
# literals, and setuptools makes a SpecifierSet of the one in setup.cfg.
setup(
    python_requires='>=3.10',
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{PACKAGE}']),
        (f'share/{PACKAGE}', ['package.xml']),
        (f'share/{PACKAGE}/launch', glob('launch/*.launch.py')),
        (f'share/{PACKAGE}/examples/grasp', glob('examples/grasp/*.*')),
        (f'share/{PACKAGE}/examples/follow', glob('examples/follow/*.*')),
        (f'share/{PACKAGE}/config', glob('config/*.yaml')),
        (f'share/{PACKAGE}/rviz', glob('rviz/*.rviz')),
        (f'share/{PACKAGE}/foxglove', glob('foxglove/*.json')),
    ],
)
