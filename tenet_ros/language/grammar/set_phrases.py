"""Set phrases with a plain equal: "side by side with" says "next to"."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ['PLAIN']

PLAIN: Mapping[str, str] = MappingProxyType(
    {
        # -- places
        'between': 'sandwiched by,bounded on either side by,'
        'in the gap between,in the space between,wedged between,squeezed between,'
        'caught between,'
        'stuck between,enclosed by,bracketed by,framed by,hemmed in by',
        'in': 'sticking up out of,poking up out of,poking out from,'
        'contained in,contained by,sticking out of,poking out of,peeking out of,protruding from,'
        'hanging out of,sticking up from,looking out of',
        'in between': 'in the midst of',
        'the one next to': 'the neighbour of,the neighbor of',
        'on': 'laid across,draped over,draped across',
        'next to': 'flush with,in line with,side by side with,in the neighbourhood of,'
        'in the neighborhood of,in proximity to,'
        'in close proximity to,in the proximity of,hard by,cheek by jowl with,abreast of,'
        'level with',
        'touching': 'in contact with,in touch with,making contact with',
        'not': 'anywhere but,everywhere but,anywhere except,everywhere except',
        'near': 'a little way away from,a short way from,a short way away from,a small distance from,'
        'a small distance away from,a bit away from,a short distance away from,not very far from,'
        'a stone throw from,within reach of,a short distance from,not too far from,a little way from',
        'hidden behind': 'hidden by,masked by,shielded by,eclipsed by,overlapped by,half hidden by,partly hidden by,partially hidden by,half covered by,'
        'partly covered by,partially covered by,obscured by,occluded by,concealed by,blocked by,'
        'screened by',
        'left of': 'leftwards from,leftward from,to the left from,leftwards of,leftward of,further left than,farther left than,'
        'more to the left than,'
        'further to the left than,farther to the left than,whose right neighbour is,'
        'whose right neighbor is',
        'right of': 'rightwards from,rightward from,to the right from,rightwards of,rightward of,further right than,farther right than,'
        'more to the right than,further to the right than,farther to the right than,'
        'whose left neighbour is,whose left neighbor is',
        'above': 'higher than,higher up than',
        'below': 'lower than,lower down than',
        'far from': 'remote from,a long way from,a long way away from,a long way off from,'
        'well away from,'
        'nowhere near,miles from,miles away from',
        'with': 'sporting,boasting',
        # -- orders
        'nearest to': 'the shortest distance from,the smallest distance from,the least distance from,the shortest distance away from,'
        'as close as possible to,as near as possible to,as close as could be to,the shortest way from,'
        'the shortest way to',
        'furthest from': 'the greatest distance from,the longest distance from,the largest distance from,the furthest one from,the farthest one from,farthest off from,furthest off from,'
        'most distant from,most remote from,most far from,least close to,as far as possible from,as far away as possible from',
        'furthest': 'most remote',
        'leftmost': 'outermost left,more leftward,most leftward,most left',
        'rightmost': 'outermost right,more rightward,most rightward,most right',
        'on the far left': 'all the way on the left,all the way over on the left,on the outer left',
        'on the far right': 'all the way on the right,all the way over on the right,'
        'on the outer right',
        'at the far left': 'all the way at the left',
        'at the far right': 'all the way at the right',
        'second leftmost': 'next to leftmost,next leftmost',
        'second rightmost': 'next to rightmost,next rightmost',
        'penultimate': 'last but one,second to last,second from last,second last,next to last',
        'that is plain': 'with a uniform colour,in a uniform colour,of uniform colour,'
        'in a solid colour,in solid colour,'
        'of a solid colour,with a solid colour,with a uniform color,in a uniform color,'
        'of uniform color,'
        'in a solid color,in solid color,of a solid color,with a solid color,in one colour,'
        'of one colour,of just one colour,in just one colour,in a single colour,'
        'of a single colour,with only one colour,all one colour,all in one colour,'
        'of only one colour,'
        'in one color,of one color,of just one color,in just one color,in a single color,'
        'of a single color,with only one color,all one color,all in one color',
        'plain': 'uniformly coloured,uniformly colored,evenly coloured,evenly colored,solidly coloured,'
        'single colour,single color,one colour,one color',
        'rubik cube': "rubik 's cube",
        'farther': 'more distant',
        'farthest away': 'most far away,most far',
        'the last': 'the final',
        'lowered': 'set down,put down,laid down,placed down',
        'starting to': 'beginning to',
        'penultimate one': 'one before last,one before the last',
        'medium': 'medium sized,mid sized,average sized,medium size',
        'turning': 'making a turn,taking a turn',
        'that is the': 'called the,known as the',
        'that is a': 'called a,known as a,that looks like a,which looks like a,shaped like a,'
        'in the shape of a,resembling a,'
        'that is shaped like a,that resembles a',
        'tiny': 'itty bitty,teeny weeny,teeny tiny,tiny little,teensy weensy,teeny little',
        'huge': 'big fat,great big',
        'in front of': 'in the way of,blocking the view of,blocking,obscuring,occluding,'
        'obstructing,on this side of,on the near side of,on our side of,on my side of,'
        'closer to the camera than,nearer to the camera than,closer to us than,nearer to us than,'
        'closer to me than,nearer to me than,closer to you than,nearer than,closer than,'
        'nearer the camera than,closer to the viewer than,this side of',
        'behind': 'just past,right past,'
        'peeking out from behind,poking out from behind,peeking from behind,'
        'sticking out from behind,peeping out from behind,in the rear of,at the rear of,round the back of,around the back of,'
        'further from the camera than,farther from the camera than,further away than,'
        'farther away than,further away from the camera than,farther away from the camera than,'
        'further back than,farther back than,further from us than,further away from us than,'
        'further away from me than,further from me than,further off than,deeper than,'
        'further than,farther than',
        'me': 'my position,where i stand,where i am,where i am standing',
        'us': 'our position,where we stand,where we are,where we are standing',
        # -- motions
        'heading for': 'bound for',
        'starting': 'getting under way,getting underway',
        'moving': 'on a course,on course,en route,on the way,on its way,on their way',
        'falling': 'in free fall,on its way to the floor,on its way to the ground,on its way down,'
        'on the way down',
        'being lifted': 'in mid air,in midair,in the air,off the ground,airborne',
        'spinning': 'in a spin',
        'receding': 'shrinking in size,shrinking,getting smaller,becoming smaller',
        'approaching': 'growing in size,growing,getting bigger,getting larger,becoming bigger,'
        'becoming larger,nearing,closing in on,bearing down on,homing in on',
        'was still': 'started off still,started out still,started still,began still,'
        'was still at first,'
        'was at rest at first,was still before,was still initially,was still at the start,'
        'was still to begin with',
        'going in circles': 'following a circular path,following a circular course,'
        'following a circular route,following a circular track',
        'towards': 'in the direction of',
        'towards us': 'this way,in our direction,our way,in my direction,my way,in the direction of us,in the direction of me,'
        'in the direction of the camera',
        'away from us': 'into the distance,off into the distance',
        'moving away from': 'departing from',
        'up': 'into the air,up into the air,up in the air',
        'to the left': 'in the left direction',
        'to the right': 'in the right direction',
        'towards the camera': "in the camera 's direction",
        'stays still': 'keeps its place,keeps its position,holds its place,holds its position',
        'stay still': 'keep their place,hold their place,keep their places',
        'is at rest': 'now rests,now stands,now sits,now lies',
        'but has stopped': 'but now does not,but now is not,but does not now,but now no longer does,'
        'but not any longer,but is not now,but is not moving now,but not now,but not anymore,'
        'but no more,but is not anymore,but does not anymore,but no longer is,but no longer does',
        'but was moving before': 'but was before,but was earlier',
        'started moving': 'gone into motion,went into motion,goes into motion',
        'was hidden': 'was out of sight,was out of view,was not in view for a while',
        'rising': 'lifting off',
        'frontmost': 'most forward,furthest forward,furthest to the front',
        'rearmost': 'furthest to the back',
        'lifted off': 'taken off',
        'lifted': 'taken up',
        'came to a': 'slowed to a,ground to a,drew to a,screeched to a,juddered to a',
        'is still': 'is not doing anything,does not do anything,is doing absolutely nothing,'
        'is not doing a thing,shows no movement,shows no motion,makes no movement,is doing nothing,'
        'does nothing',
        'at rest': 'without movement,without any movement,without motion,without moving',
        'is visible again': 'we can see again,you can see again,one can see again,i can see again',
        'back into view': 'into view again,into sight again,back into view again,'
        'back into sight again,'
        'into the picture again,into the frame again,back into the picture again,'
        'out into view again',
        'came back': 'was gone for a bit,was gone for a while,was gone for a moment,'
        'was away for a while,'
        'was away for a bit,had been gone,had gone away,makes a comeback,made a comeback,'
        'came out again,turned up once more,came round again',
        'appeared later': 'came later,came afterwards,came in later,came along later,came along,'
        'turned up later,was there only later',
        'was not there': 'was absent,was missing',
        'were not there': 'were absent,were missing',
        'does not': 'fails to,refuses to',
        'do not': 'fail to,refuse to',
        'on the spot': 'like a wheel,like a carousel,like a windmill,like a propeller,like a record',
        'nobody': 'no hand,no arm,no robot,no person,no human,no gripper',
        '': 'one sees,one finds,one could see,one would see,one would find,one notices,by the way,you know,of course,so to speak,in fact,for instance,in my opinion,'
        'if i am not mistaken,i guess,i suppose,let us say,full speed,at full speed,head on,'
        'like a top,like a spinning top,beside each other,near each other,beside one another,in the row,'
        'in the lineup,in the series,in the sequence,in a row,'
        'close to each other,side by side,'
        'close together,lined up,by itself,by themselves,all alone,'
        'in the process of,in the act of,by any chance,by chance,if at all possible,if you please,'
        'at the moment,for the moment,as we speak,as you can see,all over it,running around it,'
        'running round it,all around it,all round it,'
        'going around it,on it all over',
        # -- negation
        'except': 'with the exception of,not counting,not including,leaving out,leaving aside,'
        'barring,'
        'save for',
        'has no': 'lacks,has not got any,has not got,does not have any',
        'have no': 'lack,have not got any,have not got,do not have any',
        'in circles': 'about in circles',
        'without': 'lacking,devoid of,free of,free from',
        # -- numbers
        'the only': 'the one and only',
        'every': 'every single,each and every,every last',
        'all of': 'every one of,each one of,every single one of',
        'the three': 'the trio of',
        'three': 'a trio of',
        'the four': 'the quartet of,the foursome of',
        'four': 'a quartet of,a foursome of',
        'the two': 'the duo of,the twin',
        'two': 'a duo of',
        'six': 'half a dozen',
        'twelve': 'a dozen',
        'several': 'a handful of,a number of,lots of,plenty of,loads of,a bunch of',
    }
)
"""Plain words -> the set phrases that mean them, separated by commas."""
